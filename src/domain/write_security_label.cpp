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

void write_image_label(XmlWriter& xml, const ImageLabel& label) {
    XmlAttributes attributes;
    add_model(attributes, label.model);
    attributes.push_back({"relabel", word_for(yes_no, !label.label.empty())});
    xml.element("seclabel", attributes, [&] { xml.text_if("label", label.label); });
}

} // namespace vmwarden::domain
