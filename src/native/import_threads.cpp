// SPDX-License-Identifier: LGPL-2.1-or-later
// I/O threads: -object iothread, by numbers from now on.
#include "src/base/text.h"
#include "src/native/import.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

constexpr unsigned most_threads = 1000;
constexpr std::uint64_t most_pool_threads = 4096;

// False for what the XML cannot say.
bool take_pool(Properties& properties, ThreadPool& pool) {
    const auto take = [&](std::string_view key, std::uint64_t least, std::optional<unsigned>& to) {
        const auto text = properties.take(key);
        if (!text) return true;
        const auto number = parse_unsigned(*text);
        if (!number || *number < least || *number > most_pool_threads) return false;
        to = static_cast<unsigned>(*number);
        return true;
    };
    return take("thread-pool-min", 0, pool.least) && take("thread-pool-max", 1, pool.most) &&
           (!pool.least || !pool.most || *pool.least <= *pool.most) && properties.left().empty();
}

// "iothread3" stays 3.
unsigned number_of(const std::set<unsigned>& taken, std::string_view id) {
    constexpr std::string_view prefix = "iothread";
    if (id.starts_with(prefix)) {
        const auto own = parse_unsigned(id.substr(prefix.size()));
        if (own && *own != 0 && *own <= most_threads &&
            !taken.contains(static_cast<unsigned>(*own)))
            return static_cast<unsigned>(*own);
    }
    unsigned number = 1;
    while (taken.contains(number))
        ++number;
    return number;
}

void add(Import& import, std::set<unsigned>& taken, const std::string& id, Pending& object) {
    auto properties = object.properties;
    properties.take("id");
    const auto type = properties.take("qom-type");
    ThreadPool pool;
    auto& threads = import.guest.iothreads;
    if (!take_pool(properties, pool)) return;
    if (type == "main-loop") {
        threads.main_pool = pool;
    } else if (threads.listed.size() < most_threads) {
        const auto number = number_of(taken, id);
        taken.insert(number);
        threads.listed.push_back({number, pool, object.option->word.place});
        import.threads[id] = number;
    } else {
        return;
    }
    object.done = true;
}

} // namespace

void settle_threads(Import& import) {
    std::vector<std::pair<const std::string*, Pending*>> objects;
    for (auto& [id, object] : import.objects) {
        const auto type = object.properties.peek("qom-type");
        if (type == "iothread" || type == "main-loop") objects.emplace_back(&id, &object);
    }
    std::ranges::sort(objects, {}, [](const auto& each) { return each.second->option->order; });
    std::set<unsigned> taken;
    for (const auto& [id, object] : objects)
        add(import, taken, *id, *object);
    auto& threads = import.guest.iothreads;
    if (!threads.listed.empty()) threads.count = static_cast<unsigned>(threads.listed.size());
}

} // namespace vmwarden::native
