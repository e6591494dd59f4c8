package dev.plumbline.intent;

import java.util.List;

/** The intents cannot be used; carries every problem found, in the order of positions. */
public final class IntentException extends RuntimeException {

    private final transient List<Problem> problems;

    public IntentException(List<Problem> problems) {
        super(problems.size() + " problem(s) in the intents");
        this.problems = problems.stream().sorted(Problem.BY_POSITION).toList();
    }

    public List<Problem> problems() {
        return problems;
    }
}
