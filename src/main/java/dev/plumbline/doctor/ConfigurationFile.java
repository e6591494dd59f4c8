package dev.plumbline.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Settings of a program in the form of {@code man systemd.syntax}, with the files that change them put together: the
 * main file, then the drop-ins of all folders in the order of their names. Of files of one name that in the first
 * folder counts, and a link to {@code /dev/null} there makes it nothing ({@code man systemd-system.conf}).
 */
final class ConfigurationFile {

    private static final List<String> FOLDERS = List.of("/etc/systemd/", "/run/systemd/", "/usr/local/lib/systemd/",
            "/usr/lib/systemd/", "/lib/systemd/");
    private static final List<String> YES = List.of("1", "yes", "y", "true", "t", "on");
    private static final List<String> NO = List.of("0", "no", "n", "false", "f", "off");

    /** Each key's values, the one that was said last first. */
    private final Map<String, List<String>> settings = new HashMap<>();

    /** The settings of a part of systemd, such as {@code networkd.conf}. */
    static ConfigurationFile systemd(HostFiles files, String name) {
        var configuration = new ConfigurationFile();
        FOLDERS.stream().map(folder -> folder + name).filter(files::exists).findFirst()
                .ifPresent(file -> configuration.read(files, file));
        var dropIns = new TreeMap<String, String>();
        for (var folder : FOLDERS) {
            for (var each : files.names(folder + name + ".d", "*.conf")) {
                dropIns.putIfAbsent(each, folder + name + ".d/" + each);
            }
        }
        dropIns.values().forEach(file -> configuration.read(files, file));
        return configuration;
    }

    /** One file alone. */
    static ConfigurationFile of(HostFiles files, String file) {
        var configuration = new ConfigurationFile();
        configuration.read(files, file);
        return configuration;
    }

    private void read(HostFiles files, String file) {
        var section = "";
        var pending = new StringBuilder();
        for (var raw : files.lines(file)) {
            var line = raw.strip();
            // A comment may stand within a continued line, and does not end it.
            if (line.isEmpty() && pending.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            if (line.endsWith("\\")) {
                pending.append(line, 0, line.length() - 1).append(' ');
                continue;
            }
            var whole = pending.append(line).toString();
            pending.setLength(0);
            if (whole.startsWith("[") && whole.endsWith("]")) {
                section = whole.substring(1, whole.length() - 1);
            } else if (whole.indexOf('=') > 0) {
                int at = whole.indexOf('=');
                settings.computeIfAbsent(section + "." + whole.substring(0, at).strip(), key -> new ArrayList<>())
                        .addFirst(whole.substring(at + 1).strip());
            }
        }
    }

    private List<String> values(String section, String key) {
        return settings.getOrDefault(section + "." + key, List.of());
    }

    /** What was said last. */
    Optional<String> value(String section, String key) {
        return values(section, key).stream().findFirst();
    }

    /** A switch; a value that is neither on nor off changes nothing. */
    boolean isOn(String section, String key, boolean otherwise) {
        return values(section, key).stream().map(value -> value.toLowerCase(Locale.ROOT))
                .filter(value -> YES.contains(value) || NO.contains(value)).findFirst().map(YES::contains)
                .orElse(otherwise);
    }
}
