package dev.plumbline.explain;

import dev.plumbline.compile.Examined;
import dev.plumbline.json.LinkJson;
import dev.plumbline.state.Link;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The documents behind network devices: VRF devices of ours, and what is in them. */
final class Links {

    private final Examined examined;
    private final Owners owners;
    private final Map<Integer, String> names;

    Links(Examined examined, Owners owners) {
        this.examined = examined;
        this.owners = owners;
        names = examined.live().links().stream().collect(Collectors.toMap(Link::index, Link::name));
    }

    /** Hands over VRF devices of ours, each before the devices in it. */
    void forEach(Consumer<Explained> consumer) {
        for (var vrf : examined.live().links()) {
            if (vrf.isOurVrf()) {
                consumer.accept(device(vrf));
                ports(vrf).forEach(port -> consumer.accept(port(port, vrf)));
            }
        }
    }

    /** Hands over the device of this name, whosever it is, and whose doing it is that it is in a VRF of ours. */
    void named(String name, Consumer<Explained> consumer) {
        examined.live().link(name).ifPresent(link -> {
            consumer.accept(device(link));
            examined.live().master(link).filter(Link::isOurVrf).ifPresent(vrf -> consumer.accept(port(link, vrf)));
        });
    }

    private List<Link> ports(Link vrf) {
        return examined.live().links().stream().filter(each -> each.master().isPresent()
                && each.master().getAsInt() == vrf.index()).toList();
    }

    private Explained device(Link link) {
        var text = examined.live().vrf(link).map(vrf -> vrf.words())
                .orElse(link.name() + (link.kind().isEmpty() ? "" : " type " + link.kind()));
        return explained(link, text, owners.of(link));
    }

    private Explained port(Link port, Link vrf) {
        return explained(port, port.name() + " master " + vrf.name(), owners.ofPort(port, vrf));
    }

    private Explained explained(Link link, String text, Owner owner) {
        return new Explained(examined.netns(), new Explained.OfLink(text, LinkJson.toJson(link, names)), owner);
    }
}
