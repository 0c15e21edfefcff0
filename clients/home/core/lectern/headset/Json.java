package lectern.headset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Objects are maps, arrays are lists; numbers are Long where they are whole, Double otherwise. */
public final class Json {
    private Json() {}

    /** An object with these fields: name, value, name, value... A null value leaves its field out. */
    public static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> made = new LinkedHashMap<String, Object>();
        for (int i = 0; i + 1 < namesAndValues.length; i += 2)
            if (namesAndValues[i + 1] != null) made.put((String) namesAndValues[i], namesAndValues[i + 1]);
        return made;
    }

    public static String write(Object value) throws JsonError {
        StringBuilder out = new StringBuilder();
        append(out, value);
        return out.toString();
    }

    public static Object read(String text) throws JsonError {
        return new JsonReader(text).whole();
    }

    public static Map<String, Object> readObject(String text) throws JsonError {
        Map<String, Object> found = asObject(read(text));
        if (found == null) throw new JsonError("this is no object");
        return found;
    }

    public static double number(Map<String, Object> object, String name) throws JsonError {
        Object value = object.get(name);
        if (!(value instanceof Number)) throw new JsonError("no number " + name);
        return ((Number) value).doubleValue();
    }

    public static double number(Map<String, Object> object, String name, double otherwise) {
        Object value = object.get(name);
        return value instanceof Number ? ((Number) value).doubleValue() : otherwise;
    }

    public static long whole(Map<String, Object> object, String name) throws JsonError {
        Object value = object.get(name);
        if (!(value instanceof Number)) throw new JsonError("no number " + name);
        return ((Number) value).longValue();
    }

    /** Null where there is no such number. */
    public static Long wholeOrNull(Map<String, Object> object, String name) {
        Object value = object.get(name);
        return value instanceof Number ? Long.valueOf(((Number) value).longValue()) : null;
    }

    public static String text(Map<String, Object> object, String name) throws JsonError {
        Object value = object.get(name);
        if (!(value instanceof String)) throw new JsonError("no text " + name);
        return (String) value;
    }

    public static String text(Map<String, Object> object, String name, String otherwise) {
        Object value = object.get(name);
        return value instanceof String ? (String) value : otherwise;
    }

    public static boolean isTrue(Map<String, Object> object, String name) {
        return Boolean.TRUE.equals(object.get(name));
    }

    /** The object in that field, or null. */
    public static Map<String, Object> inner(Map<String, Object> object, String name) {
        return asObject(object.get(name));
    }

    /** The objects of the array in that field; none where there is no such array. */
    public static List<Map<String, Object>> objects(Map<String, Object> object, String name) {
        Object value = object.get(name);
        if (!(value instanceof List)) return Collections.emptyList();
        List<Map<String, Object>> found = new ArrayList<Map<String, Object>>();
        for (Object one : (List<?>) value) {
            Map<String, Object> map = asObject(one);
            if (map != null) found.add(map);
        }
        return found;
    }

    @SuppressWarnings("unchecked") // the reader makes no other maps
    static Map<String, Object> asObject(Object value) {
        return value instanceof Map ? (Map<String, Object>) value : null;
    }

    private static void append(StringBuilder out, Object value) throws JsonError {
        if (value == null || value instanceof Boolean) out.append(value);
        else if (value instanceof Double || value instanceof Float)
            appendNumber(out, ((Number) value).doubleValue());
        else if (value instanceof Number) out.append(((Number) value).longValue());
        else if (value instanceof String) appendText(out, (String) value);
        else if (value instanceof Map) appendMap(out, (Map<?, ?>) value);
        else if (value instanceof Iterable) appendList(out, (Iterable<?>) value);
        else throw new JsonError("a " + value.getClass().getName() + " has no JSON");
    }

    private static void appendNumber(StringBuilder out, double number) throws JsonError {
        if (Double.isNaN(number) || Double.isInfinite(number)) throw new JsonError(number + " has no JSON");
        out.append(number);
    }

    private static void appendMap(StringBuilder out, Map<?, ?> map) throws JsonError {
        out.append('{');
        boolean isFirst = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!isFirst) out.append(',');
            isFirst = false;
            appendText(out, String.valueOf(entry.getKey()));
            append(out.append(':'), entry.getValue());
        }
        out.append('}');
    }

    private static void appendList(StringBuilder out, Iterable<?> list) throws JsonError {
        out.append('[');
        boolean isFirst = true;
        for (Object value : list) {
            if (!isFirst) out.append(',');
            isFirst = false;
            append(out, value);
        }
        out.append(']');
    }

    private static void appendText(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); ++i) {
            char letter = text.charAt(i);
            if (letter == '"' || letter == '\\') out.append('\\').append(letter);
            else if (letter < ' ' || isLone(text, i)) appendEscape(out, letter);
            else out.append(letter);
        }
        out.append('"');
    }

    /**
     * Half of a pair of surrogates, which UTF-8 cannot carry: written as an escape, it reaches the box as it
     * is.
     */
    private static boolean isLone(String text, int at) {
        char letter = text.charAt(at);
        if (Character.isHighSurrogate(letter))
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        return Character.isLowSurrogate(letter)
            && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }

    private static void appendEscape(StringBuilder out, char letter) {
        String digits = Integer.toHexString(letter);
        out.append("\\u").append("0000", 0, 4 - digits.length()).append(digits);
    }
}
