// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a SPICE display listens whose owner leaves that to us: SPICE itself looks for no free port.
#include "src/qemu/graphics.h"
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

// From the end: VNC displays, of which QEMU finds the port, begin with the first.
std::optional<int> free_port(const Draft& draft) {
    std::set<int> asked;
    for (const auto& graphics : draft.definition.graphics)
        asked.insert(graphics.port);
    for (int port = qemu::last_display_port; port >= qemu::first_display_port; --port)
        if (!draft.facts.ports_in_use.contains(static_cast<std::uint16_t>(port)) &&
            !asked.contains(port))
            return port;
    return std::nullopt;
}

} // namespace

void choose_ports(Draft& draft) {
    const auto& displays = draft.definition.graphics;
    for (std::size_t i = 0; i < displays.size(); ++i) {
        if (!qemu::wants_port(displays[i])) continue;
        const auto port = free_port(draft);
        if (!port)
            return draft.refuse("display", displays[i].place,
                                "none of the ports " + std::to_string(qemu::first_display_port) +
                                    " to " + std::to_string(qemu::last_display_port) + " is free",
                                "write a port, or <listen type='none'/>");
        draft.display_ports[i] = *port;
        draft.plan.display_port = static_cast<std::uint16_t>(*port);
        draft.decide("port of the SPICE display", std::to_string(*port) + ", the last free one",
                     defined_at(displays[i].place));
    }
}

} // namespace vmwarden::resolving
