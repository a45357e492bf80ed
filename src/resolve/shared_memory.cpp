// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory that the guest shares. Others use it at the same time under accounts of their own, so that
// a file of theirs keeps its owner; one that is not there is made, for the guests' group.
#include "src/resolve/file_case.h"
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

WantedFile wanted_memory(const SharedMemory& memory, std::size_t number) {
    const bool served = has_doorbell(memory);
    WantedFile wanted;
    wanted.path = served ? memory.server : file_of(memory);
    wanted.purpose = "shmem " + std::to_string(number);
    wanted.element = served ? "<server>" : "<shmem>";
    wanted.place = served ? memory.server_place : memory.place;
    wanted.sharing = plan::FileGrant::Sharing::shared;
    wanted.keeps_owner = true;
    if (served) wanted.creating = "an ivshmem-server that listens there";
    return wanted;
}

bool is_admitted(FileCase& c, const std::string& resolved) {
    const auto& allowed = c.draft.policy.shmem_allow;
    if (closest_entry(allowed.value, resolved) != nullptr) return true;
    c.deny(allowed.origin,
           (resolved == c.wanted.path ? resolved : c.wanted.path + " (" + resolved + ")") +
               " is no shared memory that the policy lets guests have",
           "add it to " + policy_line("shmem.allow", allowed.origin) + ", or remove <shmem>");
    return false;
}

// QEMU makes an empty file as long as it wants it, and takes no other that is too short.
bool is_long_enough(FileCase& c, const SharedMemory& memory) {
    const auto size = size_of(memory);
    if (c.fact.bytes == 0 || c.fact.bytes >= size.count) return true;
    c.refuse("'" + c.wanted.path + "' is " + size_text(Bytes{c.fact.bytes}) +
                 ", and the guest's <size> " + size_text(size),
             "write the same <size> in all guests that share it, or remove the file when nobody "
             "uses it");
    return false;
}

void make_memory(FileCase& c, const SharedMemory& memory) {
    constexpr std::uint32_t group_too = 0660;
    if (!is_admitted(c, c.wanted.path)) return;
    const auto& identity = c.draft.plan.process.identity;
    c.draft.plan.new_files.push_back({.path = c.wanted.path,
                                      .from = {},
                                      .from_id = {},
                                      .bytes = size_of(memory).count,
                                      .purpose = c.wanted.purpose,
                                      .owner = Owner{identity.uid, identity.gid},
                                      .mode = group_too});
    c.draft.decide(c.wanted.purpose,
                   c.wanted.path + ", made at the start; it stays when the guest ends",
                   c.draft.policy.shmem_allow.origin.text());
}

void give_memory(FileCase& c, const SharedMemory& memory, std::size_t number) {
    if (!is_there(c) || !has_plain_name(c) || !has_right_type(c)) return;
    describe(c);
    bool good = is_admitted(c, c.fact.resolved);
    good = is_used_once(c) && good;
    good = is_long_enough(c, memory) && good;
    if (c.draft.facts.identity) good = is_reachable(c) && gets_access(c) && good;
    good = gets_label(c) && good;
    good = is_no_trap(c) && good;
    good = is_free(c) && good;
    if (!good) return;
    c.draft.shared_memory_files[number] = c.fact.resolved;
    c.draft.plan.files.push_back(std::move(c.grant));
}

void connect_to_server(FileCase& c) {
    if (!is_there(c) || !has_plain_name(c)) return;
    const bool admitted = is_admitted(c, c.fact.resolved);
    if (takes_connections(c, "let the server give it the right to write") && admitted)
        c.draft.decide(c.wanted.purpose, "served at " + c.fact.resolved,
                       c.draft.policy.shmem_allow.origin.text());
}

} // namespace

void share_memory(Draft& draft) {
    const auto& memories = draft.definition.shared_memories;
    for (std::size_t i = 0; i < memories.size(); ++i) {
        const auto wanted = wanted_memory(memories[i], i);
        FileCase c{draft, wanted, draft.file(wanted.path)};
        if (has_doorbell(memories[i]))
            connect_to_server(c);
        else if (c.fact.state == FileFact::State::absent)
            make_memory(c, memories[i]);
        else
            give_memory(c, memories[i], i);
    }
}

} // namespace vmwarden::resolving
