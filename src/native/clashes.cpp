// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/clashes.h"

#include "src/base/text.h"
#include "src/native/properties.h"
#include "src/qemu/command.h"

#include <algorithm>
#include <set>

namespace vmwarden::native {

namespace {

constexpr std::string_view naming[] = {"-device", "-netdev",   "-chardev",
                                       "-drive",  "-blockdev", "-object"};

// "netdev net0": what has one id may share it with another kind of thing.
std::string id_of(std::string_view option, const std::string& argument) {
    if (std::ranges::find(naming, option) == std::end(naming)) return {};
    const auto properties = Properties::parse(argument, "type");
    if (!properties) return {};
    const auto kind = option == "-drive" ? std::string_view("-blockdev") : option;
    const auto id = properties->peek(option == "-blockdev" ? "node-name" : "id").value_or("");
    return id.empty() ? std::string() : std::string(kind) + " " + id;
}

std::set<std::string> own_ids(const GuestDefinition& definition) {
    qemu::CommandContext context;
    context.by_hand = true;
    auto without = definition;
    without.raw_arguments.clear();
    const auto words = qemu::modern_argv(without, context);
    std::set<std::string> ids;
    for (std::size_t i = 1; i < words.size(); ++i)
        if (auto id = id_of(words[i - 1], words[i]); !id.empty()) ids.insert(std::move(id));
    return ids;
}

} // namespace

void warn_of_ids(Diagnostics& found, const GuestDefinition& definition) {
    const auto& raw = definition.raw_arguments;
    if (raw.empty() || !qemu::unsupported(definition).empty()) return;
    const auto ids = own_ids(definition);
    for (std::size_t i = 1; i < raw.size(); ++i) {
        const auto id = id_of(raw[i - 1].value, raw[i].value);
        if (!id.empty() && ids.contains(id))
            found.warning(
                raw[i].place,
                "'" + printable(id.substr(1)) +
                    "' has the name of something that the XML brings: QEMU will refuse it",
                "give it another id in <qemu:commandline>");
    }
}

} // namespace vmwarden::native
