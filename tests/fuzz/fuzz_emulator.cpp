// SPDX-License-Identifier: LGPL-2.1-or-later
// An emulator's answers, and answers that were kept, as they are and behind a right checksum:
// refused, or something that is kept and read back the same.
#include "src/capabilities/abilities_json.h"
#include "src/capabilities/emulator_replies.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace vmwarden;

constexpr ProgramIdentity program{1, 2, 3, 4};

void keep(const EmulatorAbilities& abilities) {
    if (decode_abilities(encode_abilities(program, abilities), program) != abilities) std::abort();
}

void decode(const std::string& text) {
    if (const auto abilities = decode_abilities(text, program)) keep(*abilities);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    decode(text);
    decode(seal_abilities(text));
    const auto replies = nlohmann::json::parse(text, nullptr, false);
    if (!replies.is_array()) return 0;
    const auto read = read_abilities(replies.get<std::vector<nlohmann::json>>());
    if (const auto* abilities = std::get_if<EmulatorAbilities>(&read)) keep(*abilities);
    return 0;
}
