// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

std::string octal(unsigned mode) {
    std::string out;
    for (int shift = 9; shift >= 0; shift -= 3)
        out += static_cast<char>('0' + ((mode >> static_cast<unsigned>(shift)) & 7U));
    return out;
}

void write_driver(XmlWriter& xml, const Filesystem& filesystem) {
    XmlAttributes driver;
    const auto queue = std::to_string(filesystem.queue);
    if (filesystem.driver != FilesystemDriver::unsaid)
        driver.push_back({"type", word_for(filesystem_drivers, filesystem.driver)});
    if (filesystem.immediate) driver.push_back({"wrpolicy", "immediate"});
    if (filesystem.queue != 0) driver.push_back({"queue", queue});
    add_switches(driver, filesystem.info.virtio);
    if (!driver.empty()) xml.empty("driver", driver);
}

} // namespace

void write_filesystem(XmlWriter& xml, const Filesystem& filesystem) {
    const auto fmode = octal(filesystem.file_mode.value_or(0));
    const auto dmode = octal(filesystem.directory_mode.value_or(0));
    XmlAttributes attributes{{"type", "mount"}};
    if (filesystem.access != FilesystemAccess::unsaid)
        attributes.push_back({"accessmode", word_for(filesystem_accesses, filesystem.access)});
    if (filesystem.info.model != VirtioModel::unsaid)
        attributes.push_back({"model", word_for(virtio_models, filesystem.info.model)});
    if (filesystem.file_mode) attributes.push_back({"fmode", fmode});
    if (filesystem.directory_mode) attributes.push_back({"dmode", dmode});
    if (filesystem.multidevs != Multidevs::unsaid)
        attributes.push_back({"multidevs", word_for(multidevs_words, filesystem.multidevs)});
    xml.element("filesystem", attributes, [&] {
        write_driver(xml, filesystem);
        if (filesystem.socket.empty())
            xml.empty("source", {{"dir", filesystem.directory}});
        else
            xml.empty("source", {{"socket", filesystem.socket}});
        xml.empty("target", {{"dir", filesystem.target}});
        if (filesystem.readonly) xml.empty("readonly");
        write_device_info(xml, filesystem.info);
    });
}

} // namespace vmwarden::domain
