package dev.plumbline.source;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.FS_POSIX;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * What JGit may know of the machine: nothing that somebody set for another program. It reads neither the user's nor the
 * system's Git configuration (to find the latter it would run {@code git}), and no environment: {@code GIT_SSH} would
 * have it run a program.
 */
final class IsolatedSystem extends SystemReader.Delegate {

    /** JGit's own for file systems that it knows nothing of. */
    private static final Duration TIMESTAMPS = Duration.ofSeconds(2);

    static {
        SystemReader.setInstance(new IsolatedSystem(SystemReader.getInstance()));
        if (FS.DETECTED instanceof FS_POSIX files) {
            // Else it asks a shell.
            files.setUmask(0077);
        }
    }

    private IsolatedSystem(SystemReader system) {
        super(system);
    }

    /** To be called before anything of JGit is used. */
    static void install() {
        // The class is initialized: that does it.
    }

    @Override
    public @Nullable String getenv(String variable) {
        return null;
    }

    /** JGit writes it into lock files; the default asks the name service. */
    @Override
    public String getHostname() {
        return "localhost";
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    /** In memory only. */
    private static final class Empty extends FileBasedConfig {

        private Empty(@Nullable Config parent, FS fs) {
            super(parent, null, fs);
        }

        @Override
        public void load() {
            // There is no file.
        }

        @Override
        public void save() {
            // There is no file.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }

        /** Spares JGit measuring how exact times of files are, which takes a core for three seconds at every start. */
        @Override
        public long getTimeUnit(String section, @Nullable String subsection, String name, long byDefault,
                TimeUnit unit) {
            return section.equals("filesystem") ? unit.convert(TIMESTAMPS) : byDefault;
        }
    }
}
