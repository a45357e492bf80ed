// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound cards, and where what they play goes.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr std::uint64_t most_audios = 1024;

constexpr NotDone models_refused[] = {{"ich7", "QEMU has none"},
                                      {"virtio", "QEMU has none before 8.2"}};
constexpr NotDone sound_refused[] = {{"multichannel", "only USB cards of QEMU 9 have it"},
                                     {"streams", "only virtio cards have them"}};
constexpr NotDone sound_children_refused[] = {{"driver", "only virtio cards have one"}};

constexpr std::string_view no_host_sound =
    "guests do not reach the host's own sound in this version";
constexpr NotDone audio_types_refused[] = {
    {"alsa", no_host_sound},       {"coreaudio", no_host_sound},
    {"jack", no_host_sound},       {"oss", no_host_sound},
    {"pulseaudio", no_host_sound}, {"pipewire", no_host_sound},
    {"sdl", no_host_sound},        {"file", "recordings are not made in this version"}};
constexpr NotDone audio_refused[] = {
    {"timerPeriod", "how often sound is taken is QEMU's to choose"}};
constexpr NotDone audio_children_refused[] = {{"input", "how sound is mixed is QEMU's to choose"},
                                              {"output", "how sound is mixed is QEMU's to choose"}};

bool has_codecs(SoundModel model) {
    return model == SoundModel::ich6 || model == SoundModel::ich9;
}

std::optional<unsigned> read_id(ElementReader& element) {
    const auto text = element.required_attribute("id");
    const auto id =
        text ? number_from(*text, "id", 1, most_audios, element.report()) : std::nullopt;
    if (!id) return std::nullopt;
    return static_cast<unsigned>(*id);
}

bool has_audio(const GuestDefinition& guest, unsigned id) {
    return std::any_of(guest.audios.begin(), guest.audios.end(),
                       [&](const Audio& audio) { return audio.id == id; });
}

} // namespace

void read_audio(ElementReader& element, GuestDefinition& guest) {
    Audio audio;
    audio.place = element.place();
    const auto id = read_id(element);
    const auto type = element.required_word("type", audio_types, audio_types_refused);
    if (!type) return element.skip_rest();
    audio.type = *type;
    element.refuse_attributes(audio_refused);
    element.refuse_children(audio_children_refused);
    if (!id) return;
    if (has_audio(guest, *id))
        return element.error(element.at(), "a second <audio> with id " + std::to_string(*id),
                             "give each its own");
    audio.id = *id;
    guest.audios.push_back(std::move(audio));
}

// After the <audio>s: a card says on which it plays.
void read_sound(ElementReader& element, GuestDefinition& guest) {
    constexpr std::size_t most_codecs = 15; // addresses on the link
    Sound sound;
    sound.place = element.place();
    const auto model = element.required_word("model", sound_models, models_refused);
    if (!model) return element.skip_rest();
    sound.model = *model;
    element.children("codec", [&](ElementReader& codec) {
        if (!has_codecs(sound.model))
            codec.error(codec.at(), "only models ich6 and ich9 have codecs", "remove <codec>");
        if (sound.codecs.size() == most_codecs)
            codec.error(codec.at(), "a sound card has at most 15 codecs", "remove one");
        if (const auto type = codec.required_word("type", sound_codecs))
            sound.codecs.push_back(*type);
    });
    element.child("audio", [&](ElementReader& audio) {
        const auto id = read_id(audio);
        if (id && !has_audio(guest, *id))
            audio.error(audio.at(), "there is no <audio> with id " + std::to_string(*id),
                        "add <audio id='" + std::to_string(*id) + "' type='none'/> to <devices>");
        sound.audio = id.value_or(0);
    });
    element.refuse_attributes(sound_refused);
    element.refuse_children(sound_children_refused);
    if (sound.model == SoundModel::usb)
        sound.info = read_device_info(element, {AddressKind::usb});
    else
        sound.info = read_device_info(element, {AddressKind::pci});
    if (sound.model == SoundModel::pcspk &&
        std::any_of(guest.sounds.begin(), guest.sounds.end(),
                    [](const Sound& other) { return other.model == SoundModel::pcspk; }))
        return element.error(element.at(), "a machine has one speaker", "remove one of them");
    guest.sounds.push_back(std::move(sound));
}

} // namespace vmwarden::domain
