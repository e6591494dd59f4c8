package dev.plumbline.intent.firewall;

import java.util.ArrayList;
import java.util.List;

/** The words of a line, and where they stand. */
final class LineTokens {

    /**
     * One word.
     *
     * @param text without quotes
     * @param start of its text, behind an opening quote
     * @param quoted is no option, whatever it says
     */
    record Token(String text, int start, boolean quoted) {

        Token(String text, int start) {
            this(text, start, false);
        }

        boolean isOption() {
            return !quoted && (text.startsWith("-") && text.length() > 1 && !Character.isDigit(text.charAt(1))
                    || text.equals("!"));
        }
    }

    private final List<Token> tokens = new ArrayList<>();
    private final int end;
    private int next;

    /** @throws MalformedException if a quote is not closed */
    LineTokens(String line) throws MalformedException {
        int at = 0;
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                at++;
                continue;
            }
            at = word(line, at);
        }
        end = line.stripTrailing().length();
    }

    private int word(String line, int from) throws MalformedException {
        char first = line.charAt(from);
        if (first == '"' || first == '\'') {
            return quoted(line, from, first);
        }
        int at = from;
        while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
            at++;
        }
        tokens.add(new Token(line.substring(from, at), from, false));
        return at;
    }

    private int quoted(String line, int from, char quote) throws MalformedException {
        var text = new StringBuilder();
        for (int at = from + 1; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == quote) {
                tokens.add(new Token(text.toString(), from + 1, true));
                return at + 1;
            }
            if (c == '\\' && at + 1 < line.length()) {
                c = line.charAt(++at);
            }
            text.append(c);
        }
        throw new MalformedException(from, "the quote has no end");
    }

    boolean hasNext() {
        return next < tokens.size();
    }

    Token peek() {
        return hasNext() ? tokens.get(next) : new Token("", end);
    }

    Token next() {
        var token = peek();
        next++;
        return token;
    }

    /** What an option needs behind it. */
    Token value(Token option, String example) throws MalformedException {
        var token = peek();
        boolean negation = token.isOption() && token.text().equals("!");
        if (!hasNext() || token.isOption() && !negation) {
            throw new MalformedException(token.start(), "`" + option.text() + "` needs a value, such as `"
                    + option.text() + " " + example + "`");
        }
        if (negation) {
            throw new MalformedException(token.start(), "the `!` stands before the option: write `! " + option.text()
                    + " " + example + "`");
        }
        return next();
    }

    /** A value that may have blanks behind its commas. */
    Token list(Token option, String example) throws MalformedException {
        var value = value(option, example);
        while (value.text().endsWith(",") && hasNext() && !peek().isOption()) {
            var more = next();
            int gap = Math.max(0, more.start() - value.start() - value.text().length());
            value = new Token(value.text() + " ".repeat(gap) + more.text(), value.start());
        }
        return value;
    }
}
