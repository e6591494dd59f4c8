package dev.plumbline.push;

import dev.plumbline.host.HostException;
import dev.plumbline.plan.Guard;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a pusher says with {@code git push -o}.
 *
 * @param allow names of guards that may be passed
 * @param again intents that were reverted before may be applied
 * @param replaceSource the intents may come from another place than before
 */
record PushOptions(Set<String> allow, boolean again, boolean replaceSource) {

    private static final String ALLOW = "allow=";
    private static final String AGAIN = "again";
    private static final String REPLACE_SOURCE = "replace-source";

    PushOptions {
        allow = Set.copyOf(allow);
    }

    /** @throws HostException if there is no such option, naming those that there are */
    static PushOptions parse(List<String> said) {
        var allow = new HashSet<String>();
        boolean again = false;
        boolean replaceSource = false;
        for (var option : said) {
            if (option.startsWith(ALLOW) && Guard.NAMES.contains(option.substring(ALLOW.length()))) {
                allow.add(option.substring(ALLOW.length()));
            } else if (option.equals(AGAIN)) {
                again = true;
            } else if (option.equals(REPLACE_SOURCE)) {
                replaceSource = true;
            } else {
                throw new HostException("there is no push option \"" + option.replaceAll("\\p{Cntrl}", "?")
                        + "\"; there are -o allow=GUARD with a guard of " + String.join(", ", Guard.NAMES) + ", -o "
                        + AGAIN + " (apply intents that were reverted before) and -o " + REPLACE_SOURCE
                        + " (take the intents from this repository from now on)");
            }
        }
        return new PushOptions(allow, again, replaceSource);
    }
}
