// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void add_model(XmlAttributes& attributes, LabelModel model) {
    if (model != LabelModel::unsaid) attributes.push_back({"model", word_for(label_models, model)});
}

} // namespace

void write_security_label(XmlWriter& xml, const SecurityLabel& label) {
    XmlAttributes attributes{{"type", word_for(label_types, label.type)}};
    add_model(attributes, label.model);
    if (label.relabel) attributes.push_back({"relabel", word_for(yes_no, *label.relabel)});
    xml.element("seclabel", attributes, [&] {
        xml.text_if(label.type == LabelType::fixed ? "label" : "baselabel", label.label);
    });
}

namespace {

// As it was asked for, or as it is for guests that do not ask.
SecurityLabel asked(const std::vector<SecurityLabel>& labels, LabelModel model) {
    for (auto label : labels) {
        const auto said = label.model == LabelModel::unsaid ? LabelModel::selinux : label.model;
        label.model = said;
        if (said == model) return label;
    }
    return {.model = model};
}

void write_running_label(XmlWriter& xml, SecurityLabel label, const std::string& process,
                         const std::string& image) {
    if (process.empty()) {
        if (label.type == LabelType::none) write_security_label(xml, label);
        return;
    }
    XmlAttributes attributes{{"type", word_for(label_types, label.type)}};
    add_model(attributes, label.model);
    attributes.push_back({"relabel", word_for(yes_no, relabels(label))});
    xml.element("seclabel", attributes, [&] {
        xml.text("label", process);
        xml.text("imagelabel", image);
        if (label.type == LabelType::dynamic) xml.text_if("baselabel", label.label);
    });
}

} // namespace

void write_running_labels(XmlWriter& xml, const std::vector<SecurityLabel>& asked_for,
                          const RunningLabels& labels) {
    write_running_label(xml, asked(asked_for, LabelModel::selinux), labels.process, labels.image);
    write_running_label(xml, asked(asked_for, LabelModel::dac), labels.account, labels.account);
}

void write_image_label(XmlWriter& xml, const ImageLabel& label) {
    XmlAttributes attributes;
    add_model(attributes, label.model);
    attributes.push_back({"relabel", word_for(yes_no, !label.label.empty())});
    xml.element("seclabel", attributes, [&] { xml.text_if("label", label.label); });
}

} // namespace vmwarden::domain
