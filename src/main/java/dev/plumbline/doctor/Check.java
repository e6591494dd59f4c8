package dev.plumbline.doctor;

import java.util.List;

/**
 * One thing that was looked at.
 *
 * @param area what it belongs to: {@code program}, {@code kernel}, {@code host}, {@code state}, {@code intents},
 *     {@code others}
 * @param name within the area; never changes
 * @param finding one line
 * @param remedy what to do, line by line: commands, or a file and its lines; empty where there is nothing to do
 */
public record Check(String area, String name, Verdict verdict, String finding, List<String> remedy) {

    public Check {
        remedy = List.copyOf(remedy);
    }

    /** What came out. */
    public enum Verdict {
        OK("ok"), WARNING("warning"), FAILED("failed"), NOT_APPLICABLE("not applicable");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /** For people, and for machines too. */
        @Override
        public String toString() {
            return words;
        }
    }

    static Check ok(String area, String name, String finding) {
        return new Check(area, name, Verdict.OK, finding, List.of());
    }

    static Check warning(String area, String name, String finding, String... remedy) {
        return new Check(area, name, Verdict.WARNING, finding, List.of(remedy));
    }

    static Check failed(String area, String name, String finding, String... remedy) {
        return new Check(area, name, Verdict.FAILED, finding, List.of(remedy));
    }

    /** It does not matter here, or it could not be looked at; the finding says which. */
    static Check notApplicable(String area, String name, String finding, String... remedy) {
        return new Check(area, name, Verdict.NOT_APPLICABLE, finding, List.of(remedy));
    }
}
