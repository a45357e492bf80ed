// SPDX-License-Identifier: LGPL-2.1-or-later
// <qemu:commandline>: what the definition says to QEMU past this format, word by word.
#include "src/domain/readers.h"
#include "src/domain/values.h"

namespace vmwarden::domain {

namespace {

// Below what the kernel takes as one word of a command line (MAX_ARG_STRLEN, 128 KiB).
constexpr std::size_t longest_word = 64 * 1024;

bool is_variable_name(std::string_view name) {
    const auto first = name.empty() ? '0' : name.front();
    const auto letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return !(first >= '0' && first <= '9') && name.find_first_not_of(letters) == name.npos;
}

void read_argument(ElementReader& argument, GuestDefinition& guest) {
    const auto value = argument.required_attribute("value");
    if (!value) return;
    if (auto text = text_from(*value, "argument", longest_word, argument.report()))
        guest.raw_arguments.push_back({std::move(*text), argument.place()});
}

void read_variable(ElementReader& variable, GuestDefinition& guest) {
    const auto name = variable.required_attribute("name");
    const auto value = variable.attribute("value");
    if (!name) return;
    if (!is_variable_name(name->text))
        return variable.error(name->at, in_quotes(name->text) + " is no name of a variable",
                              "use letters, digits and _, a digit not first");
    RawVariable read{std::string(name->text), {}, variable.place()};
    if (value)
        read.value = text_from(*value, "variable", longest_word, variable.report()).value_or("");
    guest.raw_environment.push_back(std::move(read));
}

// The prefix under which an element declares QEMU's namespace, with its ":"; empty for none at all.
std::optional<std::string> declared_prefix(Element& element) {
    for (auto& attribute : element.attributes) {
        if (attribute.value != qemu_namespace || attribute.name == "xmlns:qemu") continue;
        const bool plain = attribute.name == "xmlns";
        if (!plain && !attribute.name.starts_with("xmlns:")) continue;
        const auto prefix = plain ? std::string() : attribute.name.substr(6) + ":";
        attribute.name = "xmlns:qemu";
        return prefix;
    }
    return std::nullopt;
}

void rename(Element& element, const std::string& prefix) {
    const bool plain = prefix.empty() && element.name.find(':') == std::string::npos;
    if (plain || (!prefix.empty() && element.name.starts_with(prefix)))
        element.name = "qemu:" + element.name.substr(prefix.size());
    for (auto& child : element.children)
        rename(child, prefix);
}

} // namespace

void use_qemu_prefix(Element& domain) {
    const auto outer = declared_prefix(domain);
    for (auto& child : domain.children) {
        if (child.name == "metadata" || child.name == "devices") continue;
        const auto inner = declared_prefix(child);
        if (inner || (outer && !outer->empty())) rename(child, inner ? *inner : *outer);
    }
}

void read_qemu_namespace(ElementReader& element) {
    const auto declared = element.attribute("xmlns:qemu");
    if (declared && declared->text != qemu_namespace)
        element.error(declared->at, in_quotes(declared->text) + " is not libvirt's namespace",
                      "write xmlns:qemu='" + std::string(qemu_namespace) + "'");
}

void read_commandline(ElementReader& commandline, GuestDefinition& guest) {
    read_qemu_namespace(commandline);
    commandline.children("qemu:arg",
                         [&](ElementReader& argument) { read_argument(argument, guest); });
    commandline.children("qemu:env",
                         [&](ElementReader& variable) { read_variable(variable, guest); });
}

} // namespace vmwarden::domain
