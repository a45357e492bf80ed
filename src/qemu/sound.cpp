// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/qemu/command_line.h"
#include "src/qemu/graphics.h"
#include "src/qemu/small_devices.h"

namespace vmwarden::qemu {

namespace {

std::string_view driver_of(SoundModel model) {
    switch (model) {
    case SoundModel::ich9:
        return "ich9-intel-hda";
    case SoundModel::ac97:
        return "AC97";
    case SoundModel::es1370:
        return "ES1370";
    case SoundModel::sb16:
        return "sb16";
    case SoundModel::usb:
        return "usb-audio";
    case SoundModel::ich6:
    case SoundModel::pcspk:
        break;
    }
    return "intel-hda";
}

std::string_view driver_of(SoundCodec codec) {
    switch (codec) {
    case SoundCodec::micro:
        return "hda-micro";
    case SoundCodec::output:
        return "hda-output";
    case SoundCodec::duplex:
        break;
    }
    return "hda-duplex";
}

// Who sees the guest hears it, where they can.
AudioType usual_audio(const GuestDefinition& definition) {
    return has_graphics(definition, GraphicsType::spice) ? AudioType::spice : AudioType::none;
}

// A definition without <audio> has one all the same.
unsigned first_audio(const GuestDefinition& definition) {
    return definition.audios.empty() ? 1 : definition.audios[0].id;
}

std::string back_end(const GuestDefinition& definition, const Sound& sound) {
    return "audio" + std::to_string(sound.audio == 0 ? first_audio(definition) : sound.audio);
}

void add_back_end(CommandLine& command, AudioType type, unsigned id) {
    command.add("-audiodev", Json{{"driver", domain::word_for(domain::audio_types, type)},
                                  {"id", "audio" + std::to_string(id)}});
}

void add_codecs(CommandLine& command, const Sound& sound, const std::string& id,
                const std::string& audio) {
    auto codecs = sound.codecs;
    if (codecs.empty()) codecs.push_back(SoundCodec::duplex);
    for (std::size_t i = 0; i < codecs.size(); ++i)
        command.add("-device", Json{{"driver", driver_of(codecs[i])},
                                    {"id", id + "-codec" + std::to_string(i)},
                                    {"bus", id + ".0"},
                                    {"cad", i},
                                    {"audiodev", audio}});
}

} // namespace

std::string speaker_audio(const GuestDefinition& definition) {
    for (const auto& sound : definition.sounds)
        if (sound.model == SoundModel::pcspk) return back_end(definition, sound);
    return {};
}

void add_audio(CommandLine& command, const GuestDefinition& definition) {
    for (const auto& audio : definition.audios)
        add_back_end(command, audio.type, audio.id);
    if (definition.audios.empty() && !definition.sounds.empty())
        add_back_end(command, usual_audio(definition), first_audio(definition));
}

void add_sounds(CommandLine& command, const GuestDefinition& definition) {
    for (std::size_t i = 0; i < definition.sounds.size(); ++i) {
        const auto& sound = definition.sounds[i];
        if (sound.model == SoundModel::pcspk) continue;
        const auto id = "sound" + std::to_string(i);
        const auto audio = back_end(definition, sound);
        const bool hda = sound.model == SoundModel::ich6 || sound.model == SoundModel::ich9;
        Json device{{"driver", driver_of(sound.model)}, {"id", id}};
        if (!hda) device["audiodev"] = audio;
        command.device(device, sound.info);
        if (hda) add_codecs(command, sound, id, audio);
    }
}

} // namespace vmwarden::qemu
