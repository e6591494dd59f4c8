package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.Family;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Which source routing empties main of a device's routes, so that other tables cannot rely on them. */
final class Movers {

    private final Map<String, Document> byDevice = new HashMap<>();
    private final Interfaces interfaces;
    private final TableNumbers tables;

    Movers(List<Document> documents, Interfaces interfaces, TableNumbers tables) {
        this.interfaces = interfaces;
        this.tables = tables;
        for (var document : documents) {
            if (document.spec() instanceof SourceRoutingSpec spec) {
                byDevice.putIfAbsent(spec.device().value(), document);
            }
        }
    }

    /** The document that takes the device's connected routes away from where this table would find them. */
    Optional<String> mover(String device, Family family, long table) {
        var document = byDevice.get(device);
        if (document == null || !(document.spec() instanceof SourceRoutingSpec spec)
                || !spec.isVrf() && (spec.routes() != RoutesMode.MOVE || spec.sourceHints())) {
            return Optional.empty();
        }
        boolean bound = spec.addresses()
                .map(list -> list.stream().anyMatch(each -> each.value().family() == family))
                .orElseGet(() -> interfaces.usable(device).stream().anyMatch(each -> each.local().family() == family));
        var own = switch (spec.table().value()) {
            case TableChoice.Auto() -> OptionalLong.empty();
            case TableChoice.Number(long id) -> OptionalLong.of(id);
            case TableChoice.Name(String name) -> tables.named(name);
        };
        boolean sameTable = own.isPresent() && own.getAsLong() == table;
        return bound && !sameTable ? Optional.of(document.id()) : Optional.empty();
    }
}
