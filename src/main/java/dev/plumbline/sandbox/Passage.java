package dev.plumbline.sandbox;

import dev.plumbline.sandbox.Capture.Sighting;
import dev.plumbline.sandbox.EchoService.Arrival;
import dev.plumbline.sandbox.Topology.Endpoint;
import dev.plumbline.sandbox.Topology.Expectation;
import dev.plumbline.sandbox.Topology.FlowCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * What became of a flow.
 *
 * @param arrival where it arrived; empty if it reached no router
 * @param answered the answer came back
 * @param asked the ways of what was asked
 * @param answer the ways of the answer
 */
public record Passage(Optional<Arrival> arrival, boolean answered, Ways asked, Ways answer) {

    /**
     * The links that a packet passed between its ends.
     *
     * @param through whose peers received it and sent it on
     * @param copies whose peers received it and kept it, though it went on to somebody else
     */
    record Ways(List<String> through, List<String> copies) {

        static Ways of(List<Sighting> sightings, String text, Predicate<String> isEnd) {
            var through = new ArrayList<String>();
            var copies = new ArrayList<String>();
            sightings.stream().filter(each -> each.text().equals(text)).map(Sighting::device).distinct()
                    .filter(isEnd.negate()).forEach(device -> {
                        boolean sentOn = sightings.contains(new Sighting(device, true, text));
                        (sentOn ? through : copies).add(device);
                    });
            return new Ways(List.copyOf(through), List.copyOf(copies));
        }

        boolean isStraight() {
            return through.isEmpty() && copies.isEmpty();
        }

        @Override
        public String toString() {
            return (through.isEmpty() ? "" : " through " + String.join(", ", through))
                    + (copies.isEmpty() ? "" : " with a copy to " + String.join(", ", copies));
        }
    }

    static Passage of(FlowCheck check, Optional<Arrival> arrival, boolean answered, List<Sighting> sightings,
            String question) {
        Predicate<String> isEnd = device -> check.from().link().filter(device::equals).isPresent()
                || arrival.filter(each -> each.device().equals(device)).isPresent();
        return new Passage(arrival, answered, Ways.of(sightings, question, isEnd),
                Ways.of(sightings, EchoService.answer(question), isEnd));
    }

    /** Whether this is what was expected of the flow. */
    public boolean meets(FlowCheck check, Expectation expected) {
        return switch (expected) {
            case Expectation.Blocked() -> arrival.isEmpty();
            case Expectation.Leaves leaves -> arrival.filter(each -> each.device().equals(leaves.device())
                            && leaves.source().map(source -> source.means(each.source())).orElse(true)
                            && leaves.destination().map(to -> to.means(each.destination())).orElse(true)).isPresent()
                    && (answered || check.from().link().isEmpty() && leaves.through().isEmpty())
                    && same(asked.through, leaves.through()) && same(answer.through, leaves.through())
                    && same(asked.copies, leaves.copiesAt()) && same(answer.copies, leaves.answerCopiesAt());
        };
    }

    private static boolean same(List<String> one, List<String> other) {
        return one.size() == other.size() && one.containsAll(other);
    }

    /** In a few words: addresses where they are not those of the check. */
    public String words(FlowCheck check) {
        if (arrival.isEmpty()) {
            return asked.isStraight() ? "did not leave" : "did not arrive" + asked;
        }
        var at = arrival.get();
        var to = new Endpoint(check.to().address(), OptionalInt.of(check.to().port()));
        return "left by " + at.device() + (at.destination().equals(to) ? "" : " to " + at.destination())
                + (at.source().address().equals(check.from().address()) ? "" : " from " + at.source().address())
                + asked + (answered ? ", answered" + answer : ", no answer finds its way back");
    }
}
