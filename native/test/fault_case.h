// A process of its own for each case: the fault library reads its plan once, when it is loaded.
#ifndef NIXLCONFORM_TEST_FAULT_CASE_H
#define NIXLCONFORM_TEST_FAULT_CASE_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "check.h"

// How a case ended, and what it left.
struct ending {
    int code = -1;  // of its exit
    int signal = 0; // that ended it
    std::string errors;
    std::string trace;
};

class cases {
  public:
    // Paths of the fault library and of what it stands before.
    cases(const char *fault, const char *real) : fault_(fault), real_(real) {
        // In the build folder, under the same name each time: a test that fails or is killed leaves its last case to look
        // at, which the next one takes over.
        folder_ = std::string(program_invocation_name) + ".cases";
        CHECK(mkdir(folder_.c_str(), 0700) == 0 || errno == EEXIST, "%s cannot be made", folder_.c_str());
    }
    ~cases() {
        for (const char *each : {"/plan", "/trace", "/errors"}) unlink((folder_ + each).c_str());
        rmdir(folder_.c_str());
    }

    std::string plan(const std::string &faults, unsigned seed = 7) const {
        return "{\"library\": \"" + real_ + "\", \"trace\": \"" + folder_ + "/trace\", \"seed\": " +
               std::to_string(seed) + ", \"faults\": [" + faults + "]}";
    }

    // `body` gets the handle of the loaded library; a CHECK in it that fails ends the case with 1.
    ending run(const std::string &plan, const std::function<void(void *)> &body) const {
        const pid_t child = begin(plan, body);
        int status = 0;
        CHECK(waitpid(child, &status, 0) == child, "the case cannot be waited for");
        return ended(status);
    }

    // The same, for a case that does not end: it is killed once its trace is there.
    ending run_endless(const std::string &plan, const std::function<void(void *)> &body) const {
        const pid_t child = begin(plan, body);
        int status = 0;
        for (int i = 0; i < 1000 && read("/trace").empty(); i++) usleep(10000);
        usleep(100000);
        CHECK(waitpid(child, &status, WNOHANG) == 0, "the case ended: %s", read("/errors").c_str());
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        return ended(status);
    }

    const std::string &folder() const { return folder_; }

  private:
    pid_t begin(const std::string &plan, const std::function<void(void *)> &body) const {
        std::ofstream(folder_ + "/plan") << plan;
        unlink((folder_ + "/trace").c_str());
        const pid_t child = fork();
        CHECK(child >= 0, "no process for the case");
        if (child > 0) return child;
        const int errors = open((folder_ + "/errors").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(errors, STDERR_FILENO);
        setenv("NIXLCONFORM_FAULT_PLAN", (folder_ + "/plan").c_str(), 1);
        void *library = dlopen(fault_.c_str(), RTLD_NOW | RTLD_LOCAL);
        CHECK(library != nullptr, "%s", dlerror());
        body(library);
        _exit(0);
    }

    ending ended(int status) const {
        ending it;
        it.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        it.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        it.errors = read("/errors");
        it.trace = read("/trace");
        return it;
    }

    std::string read(const char *name) const {
        std::ostringstream text;
        text << std::ifstream(folder_ + name).rdbuf();
        return text.str();
    }

    std::string fault_;
    std::string real_;
    std::string folder_;
};

#endif
