// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/native.h"

#include "src/base/suggest.h"
#include "src/base/text.h"
#include "src/domain/domain_xml.h"
#include "src/native/legacy_xml.h"
#include "src/native/read_argv.h"
#include "src/qemu/command.h"
#include "src/qemu/devices.h"
#include "src/qemu/platform.h"
#include "src/qemu/tpm.h"

namespace vmwarden::native {

namespace {

constexpr std::string_view dialects[] = {"modern", "0.10"};

std::string with_suggestion(const std::string& what, std::string_view word,
                            std::span<const std::string_view> known, const std::string& otherwise) {
    const auto hint = did_you_mean(word, known);
    return what + " '" + printable(word) + "'; " + (hint.empty() ? otherwise : hint);
}

// Found by the shell that runs the line.
std::string usual_program(const OsBoot& os) {
    return os.arch == "i686" ? "qemu-system-i386" : "qemu-system-x86_64";
}

// What stands behind a card is the policy's and the agent's; a line has what QEMU makes by itself.
void check_networks(Diagnostics& found, const GuestDefinition& definition) {
    for (const auto& interface : definition.interfaces) {
        if (interface.type == InterfaceType::direct)
            found.error(interface.place,
                        "QEMU takes a macvtap device as a descriptor, which a line cannot hold",
                        "write <interface type='bridge'> or type='user'");
        if (interface.type == InterfaceType::network)
            found.warning(interface.place,
                          "network '" + printable(interface.network) +
                              "' is the policy's: the line has QEMU's own network instead",
                          "the agent looks it up at a start");
        if (interface.link_up == false)
            found.warning(interface.place, "the line cannot say <link state='down'/>",
                          "say set_link in QEMU's monitor");
    }
}

// The agent starts it beside QEMU; who runs the line must.
void check_tpm(Diagnostics& found, const GuestDefinition& definition) {
    if (!definition.tpm || definition.tpm->backend != TpmBackend::emulator) return;
    std::string line;
    for (const auto& word :
         qemu::swtpm_argv_by_hand(*definition.tpm, ".", qemu::tpm_socket_by_hand))
        line += (line.empty() ? "" : " ") + shell_quoted(word);
    found.warning(definition.tpm->place,
                  "the line expects an emulated TPM at " + std::string(qemu::tpm_socket_by_hand) +
                      ", in the directory it is run in",
                  "run there first: " + line);
}

// The agent makes the socket among the guest's state.
void check_channels(Diagnostics& found, const GuestDefinition& definition) {
    for (std::size_t i = 0; i < definition.characters.size(); ++i) {
        const auto& channel = definition.characters[i];
        if (channel.source == CharacterSource::unix_listener && channel.path.empty())
            found.warning(channel.place,
                          "channel '" + printable(channel.name) + "' listens at " +
                              qemu::channel_socket_by_hand(i) +
                              ", in the directory the line is run in",
                          "at a start by the agent it is among the guest's state");
    }
}

} // namespace

std::string format_problem(std::string_view format) {
    if (format == argv_format) return {};
    constexpr std::string_view known[] = {argv_format};
    return with_suggestion("unknown format", format, known, "qemu-argv is the one there is");
}

std::optional<Dialect> dialect_called(std::string_view name) {
    if (name == dialects[0]) return Dialect::modern;
    if (name == dialects[1]) return Dialect::of_2009;
    return std::nullopt;
}

std::string dialect_problem(std::string_view name) {
    return with_suggestion("unknown dialect", name, dialects,
                           "0.10 is the line of 2009, modern the usual one");
}

NativeLine modern_line(const GuestDefinition& definition) {
    NativeLine out;
    out.diagnostics = qemu::unsupported(definition);
    check_networks(out.diagnostics, definition);
    check_tpm(out.diagnostics, definition);
    check_channels(out.diagnostics, definition);
    for (const auto& disk : definition.disks)
        if (disk.transient)
            out.diagnostics.error(disk.place,
                                  "a line that is run by hand has nowhere to put what the guest "
                                  "writes to a transient disk",
                                  "remove <transient/>; the guest then writes to the image");
    if (out.diagnostics.has_errors()) return out;
    qemu::CommandContext context;
    context.by_hand = true;
    context.executable =
        definition.emulator.empty() ? usual_program(definition.os) : definition.emulator;
    context.uuid = definition.uuid.value_or(Uuid());
    if (!definition.uuid)
        out.diagnostics.warning(definition.place,
                                "the definition has no <uuid>: the line has none either",
                                "at a start by the agent it follows from the host and the name");
    std::string line;
    if (const auto zone = qemu::clock_zone(definition); !zone.empty())
        line += "TZ=" + shell_quoted(zone) + " ";
    for (const auto& variable : definition.raw_environment)
        line += variable.name + "=" + shell_quoted(variable.value) + " ";
    std::string_view separator;
    for (const auto& word : qemu::modern_argv(definition, context)) {
        line.append(separator).append(shell_quoted(word));
        separator = " ";
    }
    out.text = std::move(line);
    return out;
}

Converted from_native(const std::string& file, std::string_view text) {
    auto read = read_argv(file, text);
    Converted out;
    out.diagnostics = std::move(read.diagnostics);
    if (!read.definition) return out;
    out.text = read.of_2009 ? legacy_xml(*read.definition) : write_domain(*read.definition);
    return out;
}

Converted to_native(const std::string& file, std::string_view xml, Dialect dialect,
                    std::span<const RawVariable> environment) {
    auto read = read_domain(file, xml);
    Converted out;
    out.diagnostics = std::move(read.diagnostics);
    if (!read.definition) return out;
    auto line = dialect == Dialect::modern ? modern_line(*read.definition)
                                           : legacy_line(*read.definition, environment);
    out.diagnostics.append(std::move(line.diagnostics));
    if (line.text) out.text = *line.text + "\n";
    return out;
}

} // namespace vmwarden::native
