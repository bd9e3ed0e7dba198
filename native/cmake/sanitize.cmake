# Builds and runs the same tests with AddressSanitizer and UndefinedBehaviorSanitizer, in a build folder of its own.
#
#   cmake -DSOURCE=... -DBUILD=... -DGENERATOR=... -DCOMPILER=... -P sanitize.cmake
cmake_minimum_required(VERSION 3.16)

function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    string(REPLACE ";" " " command "${ARGV}")
    message(FATAL_ERROR "sanitize: this ended with ${result}: ${command}")
  endif()
endfunction()

get_filename_component(tools ${CMAKE_COMMAND} DIRECTORY)
step(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${COMPILER} -DNXC_SANITIZE=ON)
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
step(${CMAKE_COMMAND} --build ${BUILD} --parallel ${cores})
step(${CMAKE_COMMAND} -E chdir ${BUILD} ${tools}/ctest --output-on-failure)
