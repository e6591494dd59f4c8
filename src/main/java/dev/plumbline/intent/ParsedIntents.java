package dev.plumbline.intent;

import java.util.List;

/**
 * What the intent files say.
 *
 * @param documents in the order of files and lines; those with errors are missing
 * @param problems errors and warnings, in the order of positions
 */
public record ParsedIntents(List<Document> documents, List<Problem> problems) {

    public ParsedIntents {
        documents = List.copyOf(documents);
        problems = problems.stream().sorted(Problem.BY_POSITION).toList();
    }

    public boolean hasErrors() {
        return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    }

    /**
     * The documents, if nothing is wrong with any.
     *
     * @throws IntentException with all problems if one of them is an error
     */
    public List<Document> valid() {
        if (hasErrors()) {
            throw new IntentException(problems);
        }
        return documents;
    }
}
