// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

void write_tpm(XmlWriter& xml, const Tpm& tpm) {
    XmlAttributes model;
    if (tpm.model != TpmModel::unsaid) model.push_back({"model", word_for(tpm_models, tpm.model)});
    XmlAttributes backend{{"type", word_for(tpm_backends, tpm.backend)}};
    if (tpm.version != TpmVersion::unsaid)
        backend.push_back({"version", word_for(tpm_versions, tpm.version)});
    if (tpm.persistent) backend.push_back({"persistent_state", word_for(yes_no, *tpm.persistent)});
    xml.element("tpm", model, [&] {
        xml.element("backend", backend, [&] {
            if (!tpm.device.empty()) xml.empty("device", {{"path", tpm.device}});
        });
        write_device_info(xml, tpm.info);
    });
}

} // namespace vmwarden::domain
