// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

std::string_view on_or_off(bool value) {
    return word_for(on_off, value);
}

void write_audio(XmlWriter& xml, const Audio& audio) {
    const auto id = std::to_string(audio.id);
    xml.empty("audio", {{"id", id}, {"type", word_for(audio_types, audio.type)}});
}

void write_sound(XmlWriter& xml, const Sound& sound) {
    xml.element("sound", {{"model", word_for(sound_models, sound.model)}}, [&] {
        for (const auto codec : sound.codecs)
            xml.empty("codec", {{"type", word_for(sound_codecs, codec)}});
        const auto id = std::to_string(sound.audio);
        if (sound.audio != 0) xml.empty("audio", {{"id", id}});
        write_device_info(xml, sound.info);
    });
}

void write_watchdog(XmlWriter& xml, const Watchdog& watchdog) {
    xml.element("watchdog",
                {{"model", word_for(watchdog_models, watchdog.model)},
                 {"action", word_for(watchdog_actions, watchdog.action)}},
                [&] { write_device_info(xml, watchdog.info); });
}

void write_rng(XmlWriter& xml, const Rng& rng) {
    xml.element("rng", {{"model", word_for(virtio_models, rng.info.model)}}, [&] {
        const auto bytes = std::to_string(rng.bytes);
        const auto period = std::to_string(rng.period);
        XmlAttributes rate{{"bytes", bytes}};
        if (rng.period != 0) rate.push_back({"period", period});
        if (rng.bytes != 0) xml.empty("rate", rate);
        const XmlAttributes model{{"model", word_for(rng_backends, rng.backend)}};
        if (rng.path.empty())
            xml.empty("backend", model);
        else
            xml.text("backend", rng.path, model);
        write_virtio_driver(xml, rng.info);
        write_device_info(xml, rng.info);
    });
}

void write_panic(XmlWriter& xml, const Panic& panic) {
    XmlAttributes attributes;
    if (panic.model != PanicModel::machine_default)
        attributes.push_back({"model", word_for(panic_models, panic.model)});
    xml.element("panic", attributes, [&] { write_device_info(xml, panic.info); });
}

void write_memballoon(XmlWriter& xml, const GuestDefinition& guest) {
    const auto& balloon = guest.balloon;
    if (!guest.memballoon) return xml.empty("memballoon", {{"model", "none"}});
    if (!balloon.autodeflate && !balloon.free_page_reporting && balloon.stats_period == 0 &&
        !says_anything(balloon.info))
        return;
    XmlAttributes attributes{{"model", word_for(virtio_models, balloon.info.model)}};
    if (balloon.autodeflate) attributes.push_back({"autodeflate", on_or_off(*balloon.autodeflate)});
    if (balloon.free_page_reporting)
        attributes.push_back({"freePageReporting", on_or_off(*balloon.free_page_reporting)});
    const auto period = std::to_string(balloon.stats_period);
    xml.element("memballoon", attributes, [&] {
        if (balloon.stats_period != 0) xml.empty("stats", {{"period", period}});
        write_virtio_driver(xml, balloon.info);
        write_device_info(xml, balloon.info);
    });
}

void write_iommu(XmlWriter& xml, const Iommu& iommu) {
    XmlAttributes driver;
    const auto put = [&](std::string_view name, std::optional<bool> value) {
        if (value) driver.push_back({name, on_or_off(*value)});
    };
    put("intremap", iommu.intremap);
    put("caching_mode", iommu.caching_mode);
    put("eim", iommu.eim);
    put("iotlb", iommu.iotlb);
    const auto bits = std::to_string(iommu.aw_bits);
    if (iommu.aw_bits != 0) driver.push_back({"aw_bits", bits});
    xml.element("iommu", {{"model", word_for(iommu_models, iommu.model)}}, [&] {
        if (!driver.empty()) xml.empty("driver", driver);
        write_device_info(xml, iommu.info);
    });
}

void write_vsock(XmlWriter& xml, const Vsock& vsock) {
    const auto cid = std::to_string(vsock.cid);
    xml.element("vsock", {{"model", word_for(virtio_models, vsock.info.model)}}, [&] {
        if (vsock.cid == 0)
            xml.empty("cid", {{"auto", "yes"}});
        else
            xml.empty("cid", {{"auto", "no"}, {"address", cid}});
        write_virtio_driver(xml, vsock.info);
        write_device_info(xml, vsock.info);
    });
}

} // namespace

void write_sounds(XmlWriter& xml, const GuestDefinition& guest) {
    for (const auto& audio : guest.audios)
        write_audio(xml, audio);
    for (const auto& sound : guest.sounds)
        write_sound(xml, sound);
}

void write_small_devices(XmlWriter& xml, const GuestDefinition& guest) {
    for (const auto& watchdog : guest.watchdogs)
        write_watchdog(xml, watchdog);
    write_memballoon(xml, guest);
    for (const auto& rng : guest.rngs)
        write_rng(xml, rng);
    for (const auto& panic : guest.panics)
        write_panic(xml, panic);
    if (guest.iommu) write_iommu(xml, *guest.iommu);
    if (guest.vsock) write_vsock(xml, *guest.vsock);
    write_memory_modules(xml, guest);
}

} // namespace vmwarden::domain
