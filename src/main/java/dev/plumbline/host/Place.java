package dev.plumbline.host;

import dev.plumbline.source.DirectorySource;
import dev.plumbline.store.SourceId;
import java.nio.file.Path;
import java.util.Optional;

/** Where intents come from. */
public sealed interface Place {

    /** The source of truth that it is. */
    SourceId id();

    /** As people name it. */
    String words();

    /**
     * Looks for the newest.
     *
     * @param programVersion parsed documents of other versions are not used
     */
    Input open(Path stateDirectory, String programVersion);

    /** A folder on this host. */
    record Directory(Path folder) implements Place {

        @Override
        public SourceId id() {
            return SourceId.directory(folder);
        }

        @Override
        public String words() {
            return folder.toString();
        }

        @Override
        public Input open(Path stateDirectory, String programVersion) {
            return new Input(id(), words(), new DirectorySource(folder, programVersion), Optional.empty());
        }
    }
}
