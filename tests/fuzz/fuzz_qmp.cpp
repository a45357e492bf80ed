// SPDX-License-Identifier: LGPL-2.1-or-later
// A QEMU that says anything, in pieces of any size. The first byte chooses the size of the pieces;
// however the stream is cut, the same messages come out.
#include "src/qmp/session.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace vmwarden::qmp;

std::string text_of(const Message& message) {
    struct Visitor {
        std::string operator()(const Greeting& m) const { return std::to_string(m.major); }
        std::string operator()(const Reply& m) const {
            return std::to_string(m.id) + m.value.dump();
        }
        std::string operator()(const Error& m) const { return m.error_class + m.description; }
        std::string operator()(const Event& m) const { return m.name + m.data.dump(); }
    };
    return std::visit(Visitor{}, message);
}

struct Outcome {
    std::string text;
    std::string failure;
    bool operator==(const Outcome&) const = default;
};

Outcome play(std::string_view stream, std::size_t piece) {
    Session session(Session::Start::negotiated);
    for (int i = 0; i < 10; ++i)
        session.request("query-status");
    Outcome outcome;
    while (!stream.empty()) {
        for (const auto& message : session.feed(stream.substr(0, piece)))
            outcome.text += text_of(message) + "\n";
        stream.remove_prefix(std::min(piece, stream.size()));
    }
    outcome.failure = session.failure();
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (play(stream, data[0] + 1U) != play(stream, stream.size() + 1)) std::abort();
    return 0;
}
