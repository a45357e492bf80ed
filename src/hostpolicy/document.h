// SPDX-License-Identifier: LGPL-2.1-or-later
// A policy file as a tree: what is written where, not yet what it means.
#pragma once

#include "src/hostpolicy/findings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::hostpolicy {

struct Entry;

// `reported`: something stands here that has its diagnostic already; say no more about it.
enum class NodeKind { null, text, list, mapping, reported };

struct Node {
    NodeKind kind = NodeKind::null;
    bool is_quoted = false;     // of text
    Span span;                  // of null: what it should follow
    std::string text;           // of text
    std::vector<Node> items;    // of list
    std::vector<Entry> entries; // of mapping, as written, duplicates included
};

struct Entry {
    std::string key;
    Span span; // of the key
    Node value;
};

struct Document {
    std::vector<Entry> entries;
    std::vector<std::string> lost; // lines at which an entry began that could not be read
};

// Reads the YAML subset of policy files: one mapping; no anchors, aliases, tags, merge keys,
// complex or duplicate keys. After a syntax error it goes on at the next line that looks like a
// top-level key, so that one run shows every error. None if there is no mapping to look into.
std::optional<Document> read_document(std::string_view text, Findings& findings);

} // namespace vmwarden::hostpolicy
