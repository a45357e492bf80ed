// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>
#include <array>

namespace vmwarden::domain {

namespace {

constexpr std::size_t longest_context = 1024;
constexpr std::size_t longest_account = 32; // useradd(8)

constexpr NotDone models_refused[] = {{"apparmor", "guests are confined by SELinux here"},
                                      {"none", "write type='none'"}};
constexpr NotDone types_refused[] = {{"default", "leave the attribute out"}};

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// "user:role:type" and a level with categories: what the policy knows is asked of the kernel.
bool is_context(std::string_view text) {
    return text.size() <= longest_context && std::ranges::count(text, ':') >= 2 &&
           std::ranges::all_of(text, [](char c) {
               return is_letter_or_digit(c) ||
                      std::string_view("_.:,-").find(c) != std::string_view::npos;
           });
}

// "qemu:kvm", "107:+36".
bool is_account_pair(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return false;
    return std::ranges::all_of(
        std::array{text.substr(0, colon), text.substr(colon + 1)}, [](std::string_view account) {
            const bool by_id = account.starts_with('+');
            const auto name = account.substr(by_id ? 1 : 0);
            return !name.empty() && name.size() <= longest_account && name[0] != '-' &&
                   std::ranges::all_of(name, [&](char c) {
                       return by_id ? c >= '0' && c <= '9'
                                    : is_letter_or_digit(c) ||
                                          std::string_view("_.-").find(c) != std::string_view::npos;
                   });
        });
}

std::string read_text(ElementReader& element, LabelModel model) {
    const auto value = element.trimmed_text();
    const bool dac = model == LabelModel::dac;
    if (dac ? is_account_pair(value.text) : is_context(value.text)) return std::string(value.text);
    element.error(value.at,
                  in_quotes(value.text) +
                      (dac ? " is no user and group" : " is no SELinux context"),
                  dac ? "write user:group, by name or as +UID:+GID"
                      : "write user:role:type:level, as in system_u:system_r:svirt_t:s0:c1,c2");
    return {};
}

// What libvirt notes of a guest that runs.
void set_aside_child(ElementReader& element, std::string_view name) {
    element.child(name, [](ElementReader& child) {
        child.trimmed_text();
        child.report().warning(child.at(), child.tag() + " is set aside",
                               "only a running guest has one, and it changes");
    });
}

void read_relabel(ElementReader& element, SecurityLabel& label) {
    const auto at = element.attribute("relabel");
    label.relabel = element.word("relabel", yes_no);
    if (!label.relabel) return;
    if (label.type == LabelType::none && *label.relabel)
        element.error(at->at, "without a label of the guest's there is none for its files",
                      "write relabel='no'");
    if (label.type == LabelType::dynamic && !*label.relabel)
        element.error(at->at, "the guest cannot reach its files if they keep their labels",
                      "write relabel='yes', or name a label and write type='static'");
}

void read_label_text(ElementReader& element, SecurityLabel& label) {
    if (label.type == LabelType::fixed) {
        const bool given = element.child(
            "label", [&](ElementReader& child) { label.label = read_text(child, label.model); });
        if (!given)
            element.error(element.at(), "a static label must be written",
                          label.model == LabelModel::dac
                              ? "write <label>user:group</label>"
                              : "write <label>user:role:type:level</label>");
    }
    if (label.type == LabelType::dynamic) {
        set_aside_child(element, "label");
        element.child("baselabel", [&](ElementReader& child) {
            if (label.model == LabelModel::dac) {
                child.error(child.at(), "a user and group have nothing to be added to",
                            "write type='static' and <label>");
                return child.skip_rest();
            }
            label.label = read_text(child, label.model);
        });
    }
    if (label.type != LabelType::none) set_aside_child(element, "imagelabel");
}

// What libvirt wrote of a guest on a host that confines otherwise, or not at all, and nobody chose.
bool is_set_aside(ElementReader& element, const std::optional<Value>& model) {
    const auto type = element.attribute("type");
    const bool other = model && model->text == "apparmor" && (!type || type->text == "dynamic");
    const bool none = model && model->text == "none" && type && type->text == "none";
    if (other || none)
        element.report().warning(
            model->at, "<seclabel> of model '" + std::string(model->text) + "' is set aside",
            "guests are confined by SELinux here");
    return other || none;
}

// No model is as the first.
LabelModel said(LabelModel model) {
    return model == LabelModel::unsaid ? LabelModel::selinux : model;
}

template <class Label>
bool is_second(ElementReader& element, const Label& label, const std::vector<Label>& others) {
    const auto same = [&](const Label& other) { return said(other.model) == said(label.model); };
    const auto found = std::ranges::find_if(others, same);
    if (found == others.end()) return false;
    element.error(element.at(),
                  "this model has a <seclabel> in line " + std::to_string(found->place.line),
                  "keep one of them");
    return true;
}

} // namespace

void read_seclabel(ElementReader& element, GuestDefinition& guest) {
    SecurityLabel label;
    label.place = element.place();
    const auto named = element.attribute("model");
    if (is_set_aside(element, named)) return element.skip_rest();
    const auto model = element.word("model", label_models, models_refused);
    if (named && !model) return element.skip_rest();
    label.model = model.value_or(LabelModel::unsaid);
    label.type = element.word("type", label_types, types_refused).value_or(LabelType::dynamic);
    if (label.type == LabelType::none && label.model == LabelModel::dac)
        element.error(element.at(), "every guest runs as some user",
                      "remove this <seclabel>, or name the user and write type='static'");
    read_relabel(element, label);
    read_label_text(element, label);
    if (!is_second(element, label, guest.security_labels))
        guest.security_labels.push_back(std::move(label));
}

void read_image_label(ElementReader& element, std::vector<ImageLabel>& labels) {
    ImageLabel label;
    label.place = element.place();
    set_aside(element, "labelskip");
    const bool named = element.attribute("model").has_value();
    const auto model = element.word("model", label_models, models_refused);
    if (named && !model) return element.skip_rest();
    label.model = model.value_or(LabelModel::unsaid);
    const auto relabel = element.word("relabel", yes_no);
    const bool given = element.child("label", [&](ElementReader& child) {
        label.label = read_text(child, label.model);
        if (label.model == LabelModel::dac)
            child.error(child.at(), "an image is given to the guest's user or to none",
                        "write relabel='no' if it is to keep its owner");
        if (relabel == false)
            child.error(child.at(), "a label is written, and relabel='no'", "keep one of the two");
    });
    if (element.attribute("labelskip")) return;
    if (!given && relabel != false)
        return element.error(element.at(), "<seclabel> of an image says nothing",
                             "write relabel='no', or a <label>");
    if (!is_second(element, label, labels)) labels.push_back(std::move(label));
}

} // namespace vmwarden::domain
