package lectern.headset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

final class JsonReader {
    private static final int DEEPEST = 50; // limits what a broken sender can do to our stack
    private static final char END = '\uffff'; // no character of Unicode
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{4}");

    private final String text;
    private int at = 0;

    JsonReader(String text) {
        this.text = text;
    }

    Object whole() throws JsonError {
        Object value = value(0);
        if (skip() != END || at < text.length()) throw fault();
        return value;
    }

    private Object value(int depth) throws JsonError {
        if (depth > DEEPEST) throw new JsonError("too deep");
        switch (skip()) {
            case '{': return object(depth);
            case '[': return array(depth);
            case '"': return string();
            case 't': return word("true", Boolean.TRUE);
            case 'f': return word("false", Boolean.FALSE);
            case 'n': return word("null", null);
            default: return number();
        }
    }

    private Map<String, Object> object(int depth) throws JsonError {
        Map<String, Object> found = new LinkedHashMap<String, Object>();
        ++at;
        if (skip() == '}') {
            ++at;
            return found;
        }
        while (true) {
            if (skip() != '"') throw fault();
            String name = string();
            expect(':');
            found.put(name, value(depth + 1));
            if (skip() != ',') break;
            ++at;
        }
        expect('}');
        return found;
    }

    private List<Object> array(int depth) throws JsonError {
        List<Object> found = new ArrayList<Object>();
        ++at;
        if (skip() == ']') {
            ++at;
            return found;
        }
        while (true) {
            found.add(value(depth + 1));
            if (skip() != ',') break;
            ++at;
        }
        expect(']');
        return found;
    }

    private String string() throws JsonError {
        StringBuilder out = new StringBuilder();
        ++at;
        while (true) {
            if (at >= text.length()) throw fault();
            char letter = text.charAt(at++);
            if (letter == '"') return out.toString();
            if (letter < ' ') throw fault();
            out.append(letter == '\\' ? escaped() : letter);
        }
    }

    private char escaped() throws JsonError {
        if (at >= text.length()) throw fault();
        char letter = text.charAt(at++);
        switch (letter) {
            case '"': case '\\': case '/': return letter;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u': break;
            default: throw fault();
        }
        String digits = text.substring(at, Math.min(at + 4, text.length()));
        if (!HEX.matcher(digits).matches()) throw fault();
        at += 4;
        return (char) Integer.parseInt(digits, 16);
    }

    private Object number() throws JsonError {
        int start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) ++at;
        String digits = text.substring(start, at);
        if (!NUMBER.matcher(digits).matches()) throw fault();
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException notWhole) { // or over 64 bits
            return Double.valueOf(digits);
        }
    }

    private Object word(String word, Object meaning) throws JsonError {
        if (!text.startsWith(word, at)) throw fault();
        at += word.length();
        return meaning;
    }

    private void expect(char letter) throws JsonError {
        if (skip() != letter) throw fault();
        ++at;
    }

    /** The next character that is not a space. */
    private char skip() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) ++at;
        return at < text.length() ? text.charAt(at) : END;
    }

    private JsonError fault() {
        return new JsonError("no JSON at letter " + at);
    }
}
