// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound cards, and where what they play goes: -audiodev, -audio, -soundhw and the devices.
#include "src/base/text.h"
#include "src/native/device_reader.h"

namespace vmwarden::native {

namespace {

struct Card {
    std::string_view driver;
    SoundModel model;
};
constexpr Card cards[] = {{"intel-hda", SoundModel::ich6}, {"ich9-intel-hda", SoundModel::ich9},
                          {"AC97", SoundModel::ac97},      {"ES1370", SoundModel::es1370},
                          {"sb16", SoundModel::sb16},      {"usb-audio", SoundModel::usb}};
// Words of -soundhw, and of model= in -audio.
constexpr domain::Word<SoundModel> short_words[] = {{"hda", SoundModel::ich6},
                                                    {"ac97", SoundModel::ac97},
                                                    {"es1370", SoundModel::es1370},
                                                    {"sb16", SoundModel::sb16},
                                                    {"pcspk", SoundModel::pcspk}};
constexpr domain::Word<SoundCodec> codecs[] = {{"hda-duplex", SoundCodec::duplex},
                                               {"hda-micro", SoundCodec::micro},
                                               {"hda-output", SoundCodec::output}};
constexpr std::string_view host_sound = "is the host's own sound, which guests do not reach";

template <class T, std::size_t count>
std::optional<T> value_of(const domain::Word<T> (&words)[count], std::string_view text) {
    const auto* const word = std::ranges::find(words, text, &domain::Word<T>::text);
    if (word == std::end(words)) return std::nullopt;
    return word->value;
}

bool has_codecs(SoundModel model) {
    return model == SoundModel::ich6 || model == SoundModel::ich9;
}

bool audio_taken(const GuestDefinition& guest, unsigned id) {
    return std::ranges::count(guest.audios, id, &Audio::id) != 0;
}

// "audio3" stays 3.
unsigned audio_number(const GuestDefinition& guest, std::string_view id) {
    constexpr std::string_view prefix = "audio";
    constexpr unsigned most = 1024;
    if (id.starts_with(prefix)) {
        const auto own = parse_unsigned(id.substr(prefix.size()));
        if (own && *own != 0 && *own <= most && !audio_taken(guest, static_cast<unsigned>(*own)))
            return static_cast<unsigned>(*own);
    }
    unsigned number = 1;
    while (audio_taken(guest, number))
        ++number;
    return number;
}

class Sounds {
  public:
    explicit Sounds(Import& import)
      : import_(import) {}

    void settle() {
        take_variable();
        for (auto* audiodev : in_order(import_.audiodevs))
            add_audio(*audiodev);
        for (auto& words : import_.sound_words)
            words.option->name == "audio" ? add_both(words) : add_short(words);
        for (auto& device : import_.devices)
            if (!device.done) device.done = add_card(device);
        add_speaker();
    }

  private:
    static std::vector<Pending*> in_order(std::map<std::string, Pending>& pending) {
        std::vector<Pending*> all;
        for (auto& [id, one] : pending)
            all.push_back(&one);
        std::ranges::sort(all, {}, [](const Pending* one) { return one->option->order; });
        return all;
    }

    // How the back end was said before there was -audiodev.
    void take_variable() {
        auto& variables = import_.guest.raw_environment;
        const auto said = std::ranges::find(variables, "QEMU_AUDIO_DRV", &RawVariable::name);
        const auto type =
            said == variables.end() ? std::nullopt : value_of(domain::audio_types, said->value);
        if (!type || *type == AudioType::dbus || !import_.audiodevs.empty()) return;
        import_.guest.audios.push_back({1, said->place, *type});
        variables.erase(said);
    }

    // The number of one that the XML has; 0: the first, or none is named.
    std::optional<unsigned> audio_called(const std::optional<std::string>& name) {
        if (!name) return 0;
        const auto found = import_.audio_numbers.find(*name);
        if (found == import_.audio_numbers.end()) return std::nullopt;
        return found->second == import_.guest.audios.front().id ? 0 : found->second;
    }

    bool add_audio(Pending& audiodev) {
        auto properties = audiodev.properties;
        const auto id = properties.take("id").value_or("");
        const auto type = value_of(domain::audio_types, properties.take("driver").value_or(""));
        if (!type || id.empty() || !properties.left().empty()) return false;
        const auto number = audio_number(import_.guest, id);
        import_.guest.audios.push_back({number, audiodev.option->word.place, *type});
        import_.audio_numbers[id] = number;
        audiodev.done = true;
        return true;
    }

    void add(const Option& option, SoundModel model, unsigned audio) {
        Sound sound;
        sound.model = model;
        sound.audio = audio;
        sound.place = option.word.place;
        import_.guest.sounds.push_back(std::move(sound));
    }

    // "-soundhw ac97,hda"
    void add_short(Pending& words) {
        std::vector<SoundModel> models;
        for (const auto& word : words.properties.all()) {
            const auto model = value_of(short_words, word.key);
            if (!model || word.value != "on") return import_.keep(*words.option);
            models.push_back(*model);
        }
        for (const auto model : models)
            add(*words.option, model, 0);
    }

    // "-audio none,model=hda": a card and its back end.
    void add_both(Pending& words) {
        auto& properties = words.properties;
        const auto model = properties.take("model");
        const auto card = value_of(short_words, model.value_or(""));
        if (model && !card) return import_.keep(*words.option);
        Pending audiodev = words;
        if (!properties.has("id"))
            audiodev.properties = Properties::parse(words.option->value() + ",id=audio", "driver")
                                      .value_or(properties);
        audiodev.properties.take("model");
        const auto id = audiodev.properties.peek("id").value_or("");
        if (!add_audio(audiodev)) return import_.keep(*words.option, std::string(host_sound));
        if (card) add(*words.option, *card, audio_called(id).value_or(0));
    }

    bool add_card(Pending& device) {
        const auto* const card = std::ranges::find(cards, device.driver, &Card::driver);
        if (card == std::end(cards)) return false;
        DeviceReader reader(import_, device);
        Sound sound;
        sound.model = card->model;
        sound.place = reader.place();
        if (sound.model == SoundModel::usb)
            reader.on_usb(sound.info);
        else if (sound.model == SoundModel::sb16)
            reader.on_no_bus(sound.info);
        else
            reader.on_pci(sound.info);
        std::vector<Pending*> used;
        if (has_codecs(sound.model)) {
            if (!take_codecs(reader.id(), sound, used)) return false;
        } else if (const auto audio = audio_called(reader.take("audiodev"))) {
            sound.audio = *audio;
        } else {
            return false;
        }
        if (!reader.complete()) return false;
        for (auto* codec : used)
            codec->done = true;
        import_.guest.sounds.push_back(std::move(sound));
        return true;
    }

    // Those on its link, in order; all of one back end.
    bool take_codecs(const std::string& controller, Sound& sound, std::vector<Pending*>& used) {
        constexpr std::size_t most_codecs = 15;
        std::optional<std::optional<std::string>> audiodev;
        for (auto& device : import_.devices) {
            const auto codec = value_of(codecs, device.driver);
            if (!codec || device.done || !is_on(device, controller)) continue;
            auto properties = device.properties;
            for (const auto* key : {"driver", "id", "bus"})
                properties.take(key);
            const auto address = properties.take("cad");
            const auto end = properties.take("audiodev");
            if (!properties.left().empty() || (audiodev && *audiodev != end)) return false;
            if (address && *address != std::to_string(used.size())) return false;
            if (used.size() == most_codecs) return false;
            audiodev = end;
            sound.codecs.push_back(*codec);
            used.push_back(&device);
        }
        const auto audio = audiodev ? audio_called(*audiodev) : std::nullopt;
        sound.audio = audio.value_or(0);
        // What goes without saying.
        if (sound.codecs == std::vector{SoundCodec::duplex}) sound.codecs.clear();
        return audio.has_value();
    }

    // One that names no link is on the first.
    static bool is_on(const Pending& codec, const std::string& controller) {
        const auto bus = codec.properties.peek("bus");
        return !bus || (!controller.empty() && *bus == controller + ".0");
    }

    void add_speaker() {
        const auto found = import_.machine_words.find("pcspk-audiodev");
        if (found == import_.machine_words.end()) return;
        auto& word = found->second;
        const bool there =
            std::ranges::count(import_.guest.sounds, SoundModel::pcspk, &Sound::model) != 0;
        const auto audio = audio_called(word.value);
        if (!audio || there) return;
        add(*word.option, SoundModel::pcspk, *audio);
        word.done = true;
    }

    Import& import_;
};

} // namespace

void import_audiodev(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "driver");
    if (!properties) return import.error(option, "'" + option.text() + "' cannot be taken apart");
    const auto id = properties->peek("id").value_or("");
    if (!import.audiodevs.emplace(id, Pending{&option, *std::move(properties)}).second)
        import.error(option, "two audio back ends have the id '" + printable(id) + "'");
}

void import_sound_word(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), option.name == "audio" ? "driver" : "")
                          .value_or(Properties());
    import.sound_words.push_back({&option, std::move(properties)});
}

void settle_sounds(Import& import) {
    Sounds(import).settle();
}

} // namespace vmwarden::native
