package dev.plumbline.agent;

import java.util.List;

/** Tells systemd what becomes of the work: ready after the first correction, reloading, and a line of status. */
final class Announcements implements Work {

    private final Work work;
    private final ServiceNotification systemd;
    private boolean ready;

    Announcements(Work work, ServiceNotification systemd) {
        this.work = work;
        this.systemd = systemd;
    }

    @Override
    public Outcome poll(Cause cause) {
        return told("Looking for input", work.poll(cause));
    }

    @Override
    public Outcome correct(Cause cause) {
        try {
            return told("Keeping the network true", work.correct(cause));
        } finally {
            if (!ready) {
                ready = true;
                systemd.ready();
            }
        }
    }

    @Override
    public Outcome reload() {
        systemd.reloading();
        try {
            return told("Reading the configuration", work.reload());
        } finally {
            systemd.ready();
        }
    }

    private Outcome told(String what, Outcome outcome) {
        systemd.status(what + ": " + outcome.failure().map(Outcome.Failure::text)
                .orElse(outcome.changed().isEmpty() ? "nothing to do" : outcome.changed().size() + " changed"));
        return outcome;
    }

    @Override
    public void fighting(List<Fight> fights) {
        work.fighting(fights);
    }

    @Override
    public Settings settings() {
        return work.settings();
    }
}
