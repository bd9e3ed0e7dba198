package org.nixlconform.engine.protocol;

import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A value of any type that a message is made of, no part of which is what a missing part would become. */
final class SampleValues {
    private static final String EVERY_KIND_OF_CHARACTER =
            "quote \" backslash \\ newline \n return \r tab \t zero \0 é 中 😀";

    private final SplittableRandom random;

    SampleValues(long seed) {
        random = new SplittableRandom(seed);
    }

    Object of(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return ofParameterized(parameterized);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == int.class || plain == Integer.class) {
            return random.nextInt(1, Integer.MAX_VALUE) * (random.nextBoolean() ? 1 : -1);
        } else if (plain == long.class) {
            return random.nextLong(1, Long.MAX_VALUE) * (random.nextBoolean() ? 1 : -1);
        } else if (plain == byte.class) {
            return (byte) random.nextInt(1, 256);
        } else if (plain == boolean.class) {
            return true;
        } else if (plain == Long.class) {
            return of(long.class);
        } else if (plain == String.class) {
            return random.nextInt() + EVERY_KIND_OF_CHARACTER;
        } else if (plain.isArray()) {
            return ofArray(plain.getComponentType());
        } else if (plain.isRecord()) {
            return ofRecord(plain);
        }
        throw new IllegalArgumentException("a message holds a " + plain + ", which has no sample yet: add one here");
    }

    private Object ofParameterized(ParameterizedType type) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == List.class) {
            return List.of(of(arguments[0]), of(arguments[0]));
        } else if (type.getRawType() == Map.class) {
            Map<Object, Object> map = new LinkedHashMap<>();
            map.put(of(arguments[0]), of(arguments[1]));
            map.put(of(arguments[0]), of(arguments[1]));
            return map;
        }
        throw new IllegalArgumentException("a message holds a " + type + ", which has no sample yet: add one here");
    }

    private Object ofArray(Class<?> element) {
        Object array = Array.newInstance(element, 3);
        for (int i = 0; i < 3; i++) {
            Array.set(array, i, of(element));
        }
        return array;
    }

    private Object ofRecord(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        try {
            var constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(components)
                    .map(component -> of(component.getGenericType()))
                    .toArray());
        } catch (ReflectiveOperationException refused) {
            throw new IllegalStateException("cannot make a " + type, refused);
        }
    }
}
