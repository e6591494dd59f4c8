package dev.plumbline.plan;

import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.Flow;
import dev.plumbline.state.TcpSession;
import java.util.List;
import java.util.Optional;

/** A reason not to apply a plan unless somebody says that it is meant. */
public sealed interface Guard {

    /** All names that there are. */
    List<String> NAMES = List.of(MassDelete.NAME, EmptySource.NAME, DefaultRoute.NAME, SshSession.NAME);

    /** The name by which it is passed: {@code --allow NAME}, {@code git push -o allow=NAME}. Never changes. */
    String name();

    /** What would happen. */
    String message();

    /** How to pass it, in one line. */
    default String pass() {
        return "if that is meant, say --allow " + name();
    }

    /** Most of what plumbline owns would go. */
    record MassDelete(int owned, int deleted) implements Guard {

        public static final String NAME = "mass-delete";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String message() {
            return "deletes " + deleted + " of the " + owned + " routes and rules that plumbline owns here";
        }
    }

    /** The intents are gone altogether, and so would be what they made. */
    record EmptySource(int deleted) implements Guard {

        public static final String NAME = "empty-source";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String message() {
            return "the source has no intent file any more, and " + deleted + " routes and rules would go with it";
        }
    }

    /**
     * No default route of a family would be left that the host can use.
     *
     * @param probe the flow that finds one now
     * @param after what it would find
     */
    record DefaultRoute(Family family, Flow probe, FibResult before, FibResult after) implements Guard {

        public static final String NAME = "default-route";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String message() {
            return "takes away the last default route of " + (family == Family.IPV4 ? "IPv4" : "IPv6") + ": now it is "
                    + before + ", then " + after;
        }
    }

    /**
     * The way between this host and the peer of an SSH session would be cut.
     *
     * @param session empty if the sessions cannot be listed
     */
    record SshSession(Optional<TcpSession> session, String change) implements Guard {

        public static final String NAME = "ssh-session";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String message() {
            return session.map(each -> "may cut the SSH session from " + each.remote() + " port " + each.remotePort()
                    + " to " + each.local() + " port " + each.localPort() + ": " + change).orElse(change);
        }
    }
}
