package dev.plumbline.cni;

import dev.plumbline.intent.Attachment;
import dev.plumbline.json.JsonText;
import dev.plumbline.store.StorePool;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers calls by the CNI specification, whoever's process this is: the plugin's own, or one that runs all the time.
 * Looks at environment, configuration and version in the order of the reference library, and in its words.
 */
public final class CniService {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final CniSettings settings;
    private final Attachments.Patience patience;
    /** Absent for a process of one call: nobody else follows in the host's namespace when containers come and go. */
    private final Optional<StorePool> pool;

    /** One that is alone. */
    public CniService(CniSettings settings) {
        this(settings, Attachments.Patience.DEFAULT, Optional.empty());
    }

    /** @param pool of a process that runs all the time, and follows in the host's namespace itself */
    CniService(CniSettings settings, StorePool pool) {
        this(settings, Attachments.Patience.DEFAULT, Optional.of(pool));
    }

    CniService(CniSettings settings, Attachments.Patience patience, Optional<StorePool> pool) {
        this.settings = settings;
        this.patience = patience;
        this.pool = pool;
    }

    /** Answers one call. Throws nothing: what fails is in the answer. */
    public CniAnswer answer(CniRequest request) {
        var log = new CniLog(settings);
        var version = Optional.<CniVersion>empty();
        try {
            var word = request.environment().getOrDefault("CNI_COMMAND", "");
            if (word.isEmpty()) {
                return about(request);
            }
            var command = Command.of(word);
            if (command.equals(Optional.of(Command.VERSION))) {
                return new CniAnswer(0, versions(request.configuration()), log.end());
            }
            var call = command.map(each -> Call.of(each, request.environment()));
            var configuration = NetworkConfiguration.of(request.configuration());
            log.configure(configuration.content());
            if (call.isEmpty()) {
                throw new CniException(CniException.INVALID_ENVIRONMENT, "unknown CNI_COMMAND: " + word);
            }
            log.about(call.get().toString());
            version = Optional.of(spoken(call.get().command(), configuration.version()));
            var type = PluginType.of(request.calledAs());
            var out = carryOut(call.get(), configuration, version.get(), type, log);
            return new CniAnswer(0, out.map(each -> JsonText.of(each) + "\n").orElse(""), log.end());
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return failed(Failures.of(e), version.orElse(CniVersion.NEWEST), log);
        }
    }

    private static CniVersion spoken(Command command, String version) {
        boolean gated = command.since() != CniVersion.FIRST;
        if (gated && !CniVersion.isVersion(version)) {
            throw new CniException(CniException.DECODING, "the cniVersion of the configuration is no version: "
                    + version);
        }
        var spoken = CniVersion.of(version);
        if (!spoken.isAtLeast(command.since())) {
            throw new CniException(CniException.INCOMPATIBLE_VERSION, "config version does not allow " + command,
                    "it is " + spoken + ", and " + command + " came with " + command.since());
        }
        return spoken;
    }

    private Optional<ObjectNode> carryOut(Call call, NetworkConfiguration configuration, CniVersion version,
            PluginType type, CniLog log) throws IOException {
        var history = call + " (network " + configuration.name() + ", type " + type.word() + ")";
        var attachments = new Attachments(settings, pool, patience, history, log);
        var key = new Attachment.Key(call.container(), call.device(), configuration.name(), type.word());
        switch (call.command()) {
            case ADD -> {
                var before = previous(configuration, version);
                attachments.add(attachment(call, configuration, before, type, key));
                follow(attachments);
                return Optional.of(before.result());
            }
            case DEL -> {
                attachments.remove(key, call.netns());
                follow(attachments);
            }
            case CHECK -> {
                previous(configuration, version);
                attachments.check(key, call.netns().orElseThrow());
            }
            case GC -> {
                attachments.collect(configuration.name(), type.word(), configuration.validAttachments());
                follow(attachments);
            }
            case STATUS -> {
                type.read(configuration.content());
                attachments.status();
            }
            case VERSION -> throw new IllegalStateException("answered before");
        }
        return Optional.empty();
    }

    private void follow(Attachments attachments) {
        if (pool.isEmpty()) {
            attachments.followInHost();
        }
    }

    private static PreviousResult previous(NetworkConfiguration configuration, CniVersion version) {
        return configuration.previousResult(version).orElseThrow(() -> new CniException(
                CniException.INVALID_CONFIGURATION, "This plugin must be called as chained plugin",
                "the configuration has no prevResult"));
    }

    private static Attachment attachment(Call call, NetworkConfiguration configuration, PreviousResult before,
            PluginType type, Attachment.Key key) {
        var wanted = type.read(configuration.content());
        var addresses = before.addresses(call.device());
        var netns = call.netns().orElseThrow();
        wanted.sourceRouting().ifPresent(each -> requireGateways(each, addresses));
        return new Attachment(key, netns, Containers.settled(netns, call.device(), addresses), addresses,
                before.routes(), wanted.sourceRouting(), wanted.labels(), call.arguments(),
                Instant.now().truncatedTo(ChronoUnit.MILLIS));
    }

    /** With several gateways of a family, each address is to have one of them in its network. */
    private static void requireGateways(Attachment.SourceRouting wanted, List<Attachment.Address> addresses) {
        for (var each : addresses) {
            var address = each.address();
            var candidates = wanted.gateways().stream().filter(one -> one.family() == address.family()).toList();
            long near = candidates.stream().filter(address.masked()::contains).count();
            if (candidates.size() > 1 && near != 1) {
                throw CniException.configuration("gateways", near + " of " + candidates + " are in the network of "
                        + address + "; expected one, or a single gateway of the family");
            }
        }
    }

    /** The version of the question comes back, as the specification wants it; the reference library says its own. */
    private static String versions(byte[] configuration) {
        var version = CniVersion.NEWEST.toString();
        try {
            version = NetworkConfiguration.versionOf(NetworkConfiguration.parse(configuration));
        } catch (CniException e) {
            // The reference library does not even read it.
        }
        var answer = NODES.objectNode().put("cniVersion", version);
        CniVersion.texts().forEach(answer.putArray("supportedVersions")::add);
        return JsonText.of(answer) + "\n";
    }

    private CniAnswer about(CniRequest request) {
        return new CniAnswer(0, "", List.of("CNI " + request.calledAs() + " plugin of plumbline " + settings.version(),
                "CNI protocol versions supported: " + String.join(", ", CniVersion.texts())));
    }

    private static CniAnswer failed(CniException failure, CniVersion version, CniLog log) {
        log.error(failure.getMessage() + (failure.details().isEmpty() ? "" : "; " + failure.details()));
        return new CniAnswer(1, json(failure, version), log.end());
    }

    /** A failure of which no configuration was read. */
    static CniAnswer failed(CniException failure) {
        return new CniAnswer(1, json(failure, CniVersion.NEWEST), List.of(failure.getMessage()));
    }

    private static String json(CniException failure, CniVersion version) {
        var error = NODES.objectNode().put("cniVersion", version.toString()).put("code", failure.code())
                .put("msg", failure.getMessage());
        if (!failure.details().isEmpty()) {
            error.put("details", failure.details());
        }
        return JsonText.of(error) + "\n";
    }
}
