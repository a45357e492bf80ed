// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/codec.h"

#include "src/plan/check.h"
#include "src/plan/fields.h"

namespace vmwarden::plan {

namespace {

constexpr std::string_view magic = "VMWPLAN\n";

class Writer {
  public:
    template <class T>
    void operator()(std::string_view, const T& value) {
        put(value);
    }

    template <class T>
    void put(const T& value) {
        if constexpr (std::same_as<T, bool>)
            number(value ? 1U : 0U, 1);
        else if constexpr (std::is_enum_v<T>)
            number(static_cast<std::uint8_t>(value), 1);
        else if constexpr (std::is_integral_v<T>)
            number(static_cast<std::make_unsigned_t<T>>(value), sizeof(T));
        else if constexpr (std::same_as<T, std::string>)
            text(value);
        else if constexpr (std::same_as<T, Uuid>)
            for (const auto byte : value.bytes)
                number(byte, 1);
        else if constexpr (AccountNumber<T>)
            put(value.value);
        else if constexpr (IsList<T>::value)
            list(value);
        else if constexpr (IsOptional<T>::value)
            optional(value);
        else
            each_field(value, *this);
    }

    std::string take() { return std::move(out_); }

  private:
    void number(std::uint64_t value, std::size_t bytes) {
        for (std::size_t i = 0; i < bytes; ++i)
            out_ += static_cast<char>(value >> (8 * i));
    }
    void text(const std::string& value) {
        number(value.size(), 4);
        out_ += value;
    }
    template <class Item>
    void list(const std::vector<Item>& items) {
        number(items.size(), 4);
        for (const auto& item : items)
            put(item);
    }
    template <class Item>
    void optional(const std::optional<Item>& value) {
        put(value.has_value());
        if (value) put(*value);
    }

    std::string out_{magic};
};

// After the first thing that is not as it must be, every read gives zero and ok() says no: the
// walk over the fields needs no way out of its own.
class Reader {
  public:
    explicit Reader(std::string_view bytes)
      : rest_(bytes) {}

    template <class T>
    void operator()(std::string_view, T& value) {
        get(value);
    }

    template <class T>
    void get(T& value) {
        if constexpr (std::same_as<T, bool>)
            value = below(2) != 0;
        else if constexpr (std::is_enum_v<T>)
            value = static_cast<T>(below(words<T>.size()));
        else if constexpr (std::is_integral_v<T>)
            value = static_cast<T>(number(sizeof(T)));
        else if constexpr (std::same_as<T, std::string>)
            value = text();
        else if constexpr (std::same_as<T, Uuid>)
            for (auto& byte : value.bytes)
                byte = static_cast<std::uint8_t>(number(1));
        else if constexpr (AccountNumber<T>)
            get(value.value);
        else if constexpr (IsList<T>::value)
            list(value);
        else if constexpr (IsOptional<T>::value)
            optional(value);
        else
            each_field(value, *this);
    }

    void expect(std::string_view bytes) {
        if (!take(bytes.size(), [&](std::string_view found) { return found == bytes; })) fail();
    }
    [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

  private:
    void fail() {
        ok_ = false;
        rest_ = {};
    }
    template <class Use>
    bool take(std::size_t size, Use&& use) {
        if (size > rest_.size()) return false;
        const bool used = use(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return used;
    }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        const bool there = take(bytes, [&](std::string_view found) {
            for (std::size_t i = 0; i < bytes; ++i)
                value |= std::uint64_t{static_cast<unsigned char>(found[i])} << (8 * i);
            return true;
        });
        if (!there) fail();
        return value;
    }
    // A byte that must be smaller than `end`, so that each value has one encoding.
    std::uint64_t below(std::uint64_t end) {
        const auto value = number(1);
        if (value < end) return value;
        fail();
        return 0;
    }
    std::string text() {
        const auto size = number(4);
        std::string value;
        const bool there =
            size <= max_string_bytes && take(size, [&](std::string_view found) {
                value = found;
                return found.find('\0') == std::string_view::npos; // it may become a C string
            });
        if (!there) fail();
        return value;
    }
    template <class Item>
    void list(std::vector<Item>& items) {
        const auto count = number(4);
        if (count > max_list_items) fail();
        for (std::uint64_t i = 0; ok_ && i < count; ++i)
            get(items.emplace_back());
    }
    template <class Item>
    void optional(std::optional<Item>& value) {
        bool there = false;
        get(there);
        if (there) get(value.emplace());
    }

    std::string_view rest_;
    bool ok_ = true;
};

// Names and kinds of all fields, in order: what two builds must agree on.
class Layout {
  public:
    template <class T>
    void operator()(std::string_view name, const T& value) {
        out_ += name;
        describe(value);
    }

    template <class T>
    void describe(const T& value) {
        if constexpr (std::same_as<T, bool>)
            out_ += " bool;";
        else if constexpr (std::is_enum_v<T>)
            for (const auto word : words<T>)
                out_.append(" ").append(word).append(";");
        else if constexpr (std::is_integral_v<T>)
            out_ += " number" + std::to_string(sizeof(T)) + ";";
        else if constexpr (std::same_as<T, std::string> || std::same_as<T, Uuid>)
            out_ += " text;";
        else if constexpr (AccountNumber<T>)
            out_ += " account;";
        else if constexpr (IsList<T>::value || IsOptional<T>::value)
            several<typename T::value_type>(IsList<T>::value ? "*" : "?");
        else
            nested(value);
    }

    // FNV-1a, 64 bits: against mixing builds up by mistake, not against an enemy.
    [[nodiscard]] std::uint64_t fingerprint() const {
        std::uint64_t hash = 0xcbf29ce484222325;
        for (const char c : out_)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        return hash;
    }

  private:
    template <class Item>
    void several(std::string_view how) {
        out_ += how;
        describe(Item{});
    }
    template <class Struct>
    void nested(const Struct& value) {
        out_ += "{";
        each_field(value, *this);
        out_ += "}";
    }
    std::string out_;
};

std::uint64_t layout_fingerprint() {
    Layout layout;
    layout.describe(LaunchPlan{});
    return layout.fingerprint();
}

} // namespace

std::string encode(const LaunchPlan& plan) {
    Writer writer;
    writer.put(layout_fingerprint());
    writer.put(plan);
    return writer.take();
}

std::optional<LaunchPlan> decode(std::string_view bytes) {
    if (bytes.size() > max_encoded_bytes) return std::nullopt;
    Reader reader(bytes);
    std::uint64_t layout = 0;
    reader.expect(magic);
    reader.get(layout);
    if (layout != layout_fingerprint()) return std::nullopt;
    std::optional<LaunchPlan> plan(std::in_place);
    reader.get(*plan);
    if (!reader.done() || !broken_rule(*plan).empty()) return std::nullopt;
    return plan;
}

} // namespace vmwarden::plan
