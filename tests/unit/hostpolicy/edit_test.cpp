// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/edit.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vmwarden::hostpolicy {
namespace {

PolicyFile file(std::string text) {
    return {"60-site.yaml", std::move(text)};
}

std::string words(const Diagnostics& diagnostics) {
    std::string out;
    for (const auto& found : diagnostics.list())
        out += found.code + " " + render(found, "") + "\n";
    return out;
}

// The text after an edit that must be accepted.
std::string set(const std::string& text, std::string_view path, std::string_view value) {
    const auto edited = set_key(file(text), path, value);
    EXPECT_FALSE(edited.diagnostics.has_errors())
        << path << " in:\n"
        << text << words(edited.diagnostics) << edited.file.text;
    return edited.file.text;
}

std::string unset(const std::string& text, std::string_view path) {
    const auto edited = unset_key(file(text), path);
    EXPECT_FALSE(edited.diagnostics.has_errors()) << words(edited.diagnostics) << edited.file.text;
    return edited.file.text;
}

std::string refusal(const std::string& text, std::string_view path, std::string_view value) {
    const auto edited = set_key(file(text), path, value);
    EXPECT_TRUE(edited.diagnostics.has_errors()) << "accepted:\n" << edited.file.text;
    return words(edited.diagnostics);
}

// "text", "[a, b]", or nothing.
std::string get(const std::string& text, std::string_view path) {
    const auto found = get_key(file(text), path);
    EXPECT_FALSE(found.diagnostics.has_errors()) << words(found.diagnostics);
    if (!found.value) return "";
    std::string out;
    for (const auto& one : found.value->texts)
        out += (out.empty() ? "" : ", ") + one;
    return found.value->is_list ? "[" + out + "]" : out;
}

struct Case {
    std::string_view what;
    std::string_view before;
    std::string_view path;
    std::string_view value; // empty: unset
    std::string_view after;
};

// Keys that begin with x- are other tools': what is in them is the layout's matter alone.
const Case cases[] = {
    {"an empty file", "", "user", "web", "version: 1\nuser: web\n"},
    {"an empty file and its version", "", "version", "1", "version: 1\n"},
    {"a file of comments", "# ours\n", "user", "web", "# ours\nversion: 1\nuser: web\n"},
    {"nested in an empty file", "", "x-a.b.c", "d", "version: 1\nx-a:\n  b:\n    c: d\n"},
    {"absent", "version: 1\n\n# end\n", "user", "web", "version: 1\n\n# end\nuser: web\n"},
    {"absent, no final newline", "version: 1", "user", "web", "version: 1\nuser: web"},
    {"absent, a comment without newline", "version: 1\n# c", "user", "web",
     "version: 1\n# c\nuser: web"},
    {"absent, an indented file", " version: 1\n", "user", "web", " version: 1\n user: web\n"},
    {"absent, behind a document's end", "---\nversion: 1\n...\n# c\n", "user", "web",
     "---\nversion: 1\nuser: web\n...\n# c\n"},
    {"absent in a flow document", "{version: 1}\n", "user", "web", "{version: 1, user: web}\n"},
    {"present", "version: 1\nuser: qemu\ngroup: qemu\n", "user", "web",
     "version: 1\nuser: web\ngroup: qemu\n"},
    {"present with a comment", "version: 1\nuser:   qemu   # why\n", "user", "web",
     "version: 1\nuser:   web   # why\n"},
    {"present in quotes", "version: 1\nuser: 'qemu' # why\n", "user", "web",
     "version: 1\nuser: web # why\n"},
    {"present in double quotes with escapes", "version: 1\nx-a: \"q \\\" # \" # why\n", "x-a", "w",
     "version: 1\nx-a: w # why\n"},
    {"a quoted key", "version: 1\n\"user\" : qemu\n", "user", "web",
     "version: 1\n\"user\" : web\n"},
    {"present, no final newline", "version: 1\nuser: qemu", "user", "web", "version: 1\nuser: web"},
    {"letters of many bytes", "version: 1\n\"x-\xc3\xbc\": \"\xc3\xb6\" # \xc3\xa4\n", "x-\xc3\xbc",
     "u", "version: 1\n\"x-\xc3\xbc\": u # \xc3\xa4\n"},
    {"the same", "version: 1\nuser: 'qemu'   # why\n", "user", "qemu",
     "version: 1\nuser: 'qemu'   # why\n"},
    {"the same list", "version: 1\nemulators: [ '/a' ,/b,]\n", "emulators", "[/a, /b]",
     "version: 1\nemulators: [ '/a' ,/b,]\n"},
    {"an id", "version: 1\nuser: qemu\n", "user", "+64055", "version: 1\nuser: \"+64055\"\n"},
    {"an id in YAML's quotes", "version: 1\nuser: qemu\n", "user", "'+64055'",
     "version: 1\nuser: \"+64055\"\n"},
    {"a bool", "version: 1\n", "dynamic_ownership", "false",
     "version: 1\ndynamic_ownership: false\n"},
    {"a bool that was quoted", "version: 1\nseccomp_sandbox: \"true\"\n", "seccomp_sandbox", "true",
     "version: 1\nseccomp_sandbox: true\n"},
    {"a name that other tools take for a bool", "version: 1\n", "user", "no",
     "version: 1\nuser: \"no\"\n"},
    {"a number for another tool", "version: 1\n", "x-a", "64", "version: 1\nx-a: 64\n"},
    {"a mode for another tool", "version: 1\n", "x-a", "0x1b", "version: 1\nx-a: \"0x1b\"\n"},
    {"null as a text", "version: 1\n", "x-a", "null", "version: 1\nx-a: \"null\"\n"},
    {"a text that needs quotes", "version: 1\n", "x-a", "a: \\ \"b\" #c",
     "version: 1\nx-a: \"a: \\\\ \\\"b\\\" #c\"\n"},
    {"a new list", "version: 1\n", "emulators", "[/usr/bin/qemu-system-*,   '/b']",
     "version: 1\nemulators: [/usr/bin/qemu-system-*, /b]\n"},
    {"the empty list", "version: 1\nemulators: [/a] # c\n", "emulators", "[]",
     "version: 1\nemulators: [] # c\n"},
    {"from the empty list", "version: 1\nemulators: [ ] # c\n", "emulators", "[/a]",
     "version: 1\nemulators: [/a] # c\n"},
    {"a flow list gets more", "version: 1\nemulators: ['/a', /b ] # c\n", "emulators",
     "[/a, /b, /c, /d]", "version: 1\nemulators: ['/a', /b, /c, /d ] # c\n"},
    {"a flow list gets more at its start", "version: 1\nemulators: ['/b' ]\n", "emulators",
     "[/a, /b]", "version: 1\nemulators: [/a, '/b' ]\n"},
    {"a flow list over lines loses its first",
     "version: 1\nemulators: [ # e\n  /a, # first\n  '/b', # second\n] # c\nuser: web\n",
     "emulators", "[/b]", "version: 1\nemulators: [ # e\n  '/b', # second\n] # c\nuser: web\n"},
    {"a flow list over lines loses its last",
     "version: 1\nemulators: [\n  /a, # first\n  /b\n  ]\nuser: web\n", "emulators", "[/a]",
     "version: 1\nemulators: [\n  /a\n  ]\nuser: web\n"},
    {"a flow list changes in its middle", "version: 1\nemulators: ['/a',  /b,  '/c']\n",
     "emulators", "[/a, /x, /y, /c]", "version: 1\nemulators: ['/a',  /x, /y,  '/c']\n"},
    {"a flow list over lines replaced by a text",
     "version: 1\nx-a: [\n  a, # ]\n  'b]',\n  ] # c\nuser: web\n", "x-a", "t",
     "version: 1\nx-a: t # c\nuser: web\n"},
    {"a block list gets more", "version: 1\nemulators: # e\n  - '/a' # a\n  # b\nuser: web\n",
     "emulators", "[/a, /b]",
     "version: 1\nemulators: # e\n  - '/a' # a\n  - /b\n  # b\nuser: web\n"},
    {"a block list at the end gets more", "version: 1\nemulators:\n-   /a", "emulators", "[/a, /b]",
     "version: 1\nemulators:\n-   /a\n-   /b"},
    {"a block list loses some",
     "version: 1\nemulators:\n- /a # a\n# b\n- /b\n- /c\n- /d # d\nuser: web\n", "emulators",
     "[/a, /d]", "version: 1\nemulators:\n- /a # a\n# b\n- /d # d\nuser: web\n"},
    {"a block list loses its last", "version: 1\nemulators:\n  - /a\n  - /b", "emulators", "[/a]",
     "version: 1\nemulators:\n  - /a"},
    {"a block list becomes another", "version: 1\nemulators:\n  - /a\n  - /b # b\n", "emulators",
     "[/x, /b]", "version: 1\nemulators:\n  - /x\n  - /b # b\n"},
    {"a block list becomes empty", "version: 1\nemulators: # e\n  - /a\n  - /b\nuser: web\n",
     "emulators", "[]", "version: 1\nemulators: [] # e\nuser: web\n"},
    {"a block section becomes a text", "version: 1\nx-a: # a\n  # b\n  b:\n    c: d # d\n\n", "x-a",
     "t", "version: 1\nx-a: t # a\n  # b\n\n"},
    {"no value", "version: 1\nuser: # why\n", "user", "web", "version: 1\nuser: web # why\n"},
    {"no value at the end", "version: 1\nuser:", "user", "web", "version: 1\nuser: web"},
    {"null", "version: 1\nuser: ~ # why\n", "user", "web", "version: 1\nuser: web # why\n"},
    {"null on the next line", "version: 1\nuser:\n  null # why\n", "user", "web",
     "version: 1\nuser:\n  web # why\n"},
    {"nested in a block", "version: 1\nx-a:\n    # b\n    b: 1 # b\n\nuser: web\n", "x-a.c", "2",
     "version: 1\nx-a:\n    # b\n    b: 1 # b\n    c: 2\n\nuser: web\n"},
    {"nested in a block at the end", "version: 1\nx-a:\n  b: [\n    1 ]", "x-a.c", "2",
     "version: 1\nx-a:\n  b: [\n    1 ]\n  c: 2"},
    {"nested, present in a block", "version: 1\nx-a:\n  b: 1 # b\n  c: 3\n", "x-a.b", "2",
     "version: 1\nx-a:\n  b: 2 # b\n  c: 3\n"},
    {"nested in braces", "version: 1\nx-a: {b: 1 } # a\n", "x-a.c", "[x, 'y, z']",
     "version: 1\nx-a: {b: 1, c: [x, \"y, z\"] } # a\n"},
    {"nested in empty braces", "version: 1\nx-a: {} # a\n", "x-a.b.c", "a:b",
     "version: 1\nx-a: {b: {c: \"a:b\"}} # a\n"},
    {"nested, present in braces", "version: 1\nx-a: {b: 1, \"c\":2}\n", "x-a.b", "2, 3",
     "version: 1\nx-a: {b: \"2, 3\", \"c\":2}\n"},
    {"nested in nothing", "version: 1\nx-a: # a\nuser: web\n", "x-a.b.c", "2",
     "version: 1\nx-a: {b: {c: 2}} # a\nuser: web\n"},
    {"a key with a dot", "version: 1\nx-a:\n  br0.5: 1\n", "x-a.\"br0.5\"", "2",
     "version: 1\nx-a:\n  br0.5: 2\n"},
    {"removed", "version: 1\n# u\nuser: qemu # why\ngroup: qemu\n", "user", "",
     "version: 1\n# u\ngroup: qemu\n"},
    {"removed at the end", "version: 1\nuser: qemu", "user", "", "version: 1"},
    {"removed, not there", "version: 1 # v\n", "user", "", "version: 1 # v\n"},
    {"removed, nested, not there", "version: 1\nuser: web\n", "user.name", "",
     "version: 1\nuser: web\n"},
    {"removed with many lines", "version: 1\nemulators: [\n  /a, # ]\n  /b\n ] # e\nuser: web\n",
     "emulators", "", "version: 1\nuser: web\n"},
    {"removed with a block", "version: 1\nemulators:\n# a\n- /a\n- /b # b\n\nuser: web\n",
     "emulators", "", "version: 1\n\nuser: web\n"},
    {"removed without a value", "version: 1\nuser:\ngroup: web\n", "user", "",
     "version: 1\ngroup: web\n"},
    {"removed from a section", "version: 1\nx-a:\n  b: 1\n  c: 2\n", "x-a.b", "",
     "version: 1\nx-a:\n  c: 2\n"},
    {"removed with its section", "version: 1\nx-a: # a\n  # b\n  b:\n    c: 1\nuser: web\n",
     "x-a.b.c", "", "version: 1\n  # b\nuser: web\n"},
    {"removed with its section at the end", "version: 1\nx-a:\n  b: 1", "x-a.b", "", "version: 1"},
    {"removed from braces, first", "version: 1\nx-a: {b: 1,  c: 2 } # a\n", "x-a.b", "",
     "version: 1\nx-a: {c: 2 } # a\n"},
    {"removed from braces, last", "version: 1\nx-a: {b: 1,  c: [2] ,} # a\n", "x-a.c", "",
     "version: 1\nx-a: {b: 1 ,} # a\n"},
    {"removed from braces, only", "version: 1\nx-a: { b: 1, } # a\n", "x-a.b", "",
     "version: 1\nx-a: {} # a\n"},
    {"removed from a flow document", "{version: 1, user: web}", "user", "", "{version: 1}"},
    {"an addition to a list", "version: 1\nx-a+: [b]\n", "x-a+", "[b, c]",
     "version: 1\nx-a+: [b, c]\n"},
};

class Edits : public testing::TestWithParam<Case> {};

TEST_P(Edits, changes_these_bytes) {
    const auto& [what, before, path, value, after] = GetParam();
    const std::string text(before);
    EXPECT_EQ(value.empty() ? unset(text, path) : set(text, path, value), after) << what;
}

TEST_P(Edits, done_twice_change_nothing_more) {
    const auto& [what, before, path, value, after] = GetParam();
    const std::string text(after);
    EXPECT_EQ(value.empty() ? unset(text, path) : set(text, path, value), after) << what;
}

// All cases again with a neighbourhood that would be disturbed if anything were.
TEST_P(Edits, keep_what_is_around) {
    const auto& [what, before, path, value, after] = GetParam();
    if (before.empty() || after.starts_with("{") || after.starts_with(" ") ||
        after.starts_with("---") || before.find("version") == std::string_view::npos)
        return;
    const std::string head = "# a: 'head\n\nx-1:  \"it's\"   # [\nx-2: [ 1,\n  '2' ,3 ]\n";
    const auto edited = value.empty() ? unset(head + std::string(before), path)
                                      : set(head + std::string(before), path, value);
    EXPECT_EQ(edited, head + std::string(after)) << what;
}

INSTANTIATE_TEST_SUITE_P(All, Edits, testing::ValuesIn(cases));

// A policy as people write it.
constexpr std::string_view site = R"(# our site
version: 1

user: web            # the web team's
group: 'web'
security_driver: auto
cgroup_device_acl:   # what QEMU needs
  - /dev/null
  - "/dev/zero"      # zero

  # and these
  - /dev/kvm
cgroup_controllers: [cpu, memory,
                     pids]   # no io
slice: machine.slice
x-puppet: {managed: true, run: "2024-01-01"}
# end)";

struct Change {
    std::string_view path;
    std::string_view value;
    std::string_view got; // empty: as the value
};

const Change changes[] = {
    {"user", "qemu", ""},
    {"user", "+64055", ""},
    {"group", "no", ""},
    {"dynamic_ownership", "false", ""},
    {"security_driver", "none", ""},
    {"security_model", "basic", ""},
    {"cgroup_device_acl", "[]", ""},
    {"cgroup_device_acl", "[/dev/null]", ""},
    {"cgroup_device_acl", "[/dev/kvm, /dev/zero, /dev/null]", ""},
    {"cgroup_device_acl", "[/dev/null, /dev/zero, /dev/kvm, /dev/full]", ""},
    {"cgroup_controllers", "[cpu]", ""},
    {"cgroup_controllers", "[ 'pids' , io,cpu ]", "[pids, io, cpu]"},
    {"seccomp_sandbox", "true", ""},
    {"slice", "guests.slice", ""},
    {"emulators", "[/usr/bin/qemu-system-*]", ""},
    {"x-puppet.managed", "false", ""},
    {"x-puppet.run", "2024-01-02", ""},
    {"x-puppet.by.whom", "someone, else", ""},
    {"x-new.a", "' b '", " b "},
};

TEST(EditTest, what_is_set_is_what_is_got) {
    for (const auto& [path, value, got] : changes)
        EXPECT_EQ(get(set(std::string(site), path, value), path), got.empty() ? value : got)
            << path;
}

TEST(EditTest, what_was_not_there_leaves_no_trace) {
    for (const auto& [path, value, got] : changes) {
        for (const auto* before : {"version: 1\n", "version: 1\n\n# end\n", "version: 1",
                                   "# top\nversion: 1 # one\nx-a: {b: 1}\n"})
            EXPECT_EQ(unset(set(before, path, value), path), before) << path << " = " << value;
    }
}

// One edit changes one stretch of bytes, and none outside the lines of its key.
TEST(EditTest, bytes_elsewhere_stay) {
    for (const auto& [path, value, got] : changes) {
        const std::string before(site);
        const auto after = set(before, path, value);
        const auto front = static_cast<std::size_t>(
            std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first -
            before.begin());
        const auto back = static_cast<std::size_t>(
            std::mismatch(before.rbegin(), before.rend(), after.rbegin(), after.rend()).first -
            before.rbegin());
        const auto key = path.substr(0, path.find('.'));
        const auto begin = before.find("\n" + std::string(key) + ":");
        if (begin == std::string::npos) {
            EXPECT_EQ(front, before.size()) << path;
            continue;
        }
        const auto is_next = [&](std::size_t at) {
            return before[at] == '\n' && at + 1 < before.size() && before[at + 1] != ' ' &&
                   before[at + 1] != '\n';
        };
        auto end = begin + 1;
        while (!is_next(end))
            ++end;
        EXPECT_GT(front, begin) << path;
        EXPECT_GE(back, before.size() - end - 1) << path;
    }
}

TEST(EditTest, refuses_what_the_reader_of_policy_refuses) {
    EXPECT_NE(refusal("version: 1\n", "dynamic_ownership", "maybe").find("P0050"),
              std::string::npos);
    EXPECT_NE(refusal("version: 1\n", "version", "2").find("60-site.yaml:1:10"), std::string::npos);
    EXPECT_NE(refusal("version: 1\n", "usr", "web").find("did you mean 'user'?"),
              std::string::npos);
    EXPECT_NE(refusal("version: 1\n", "emulators", "/usr/bin/qemu").find("write [/usr/bin/qemu]"),
              std::string::npos);
    EXPECT_NE(refusal("version: 1\n", "user", "[web]").find("a list where one value is due"),
              std::string::npos);
    EXPECT_NE(refusal("version: 1\n", "user", "+99999999999").find("+99999999999"),
              std::string::npos);
    EXPECT_TRUE(unset_key(file("version: 1\n"), "version").diagnostics.has_errors());
}

TEST(EditTest, refuses_files_that_it_cannot_read) {
    for (const auto* text : {"version: 1\r\nuser: web\r\n", "version: 1\nuser: a\nuser: b\n",
                             "version: [\n", "version: 1\nx-a: &a 1\n", "version: 1\nx-a: >\n  b\n",
                             "- a\n", "version: 1\n\tuser: b\n", "version: 1\n---\nversion: 1\n"}) {
        const auto edited = set_key(file(text), "user", "web");
        EXPECT_TRUE(edited.diagnostics.has_errors()) << edited.file.text;
        EXPECT_EQ(edited.file.text, text);
        EXPECT_TRUE(unset_key(file(text), "user").diagnostics.has_errors()) << text;
        EXPECT_TRUE(get_key(file(text), "user").diagnostics.has_errors()) << text;
    }
}

TEST(EditTest, an_error_elsewhere_in_the_file_refuses_too) {
    EXPECT_NE(refusal("version: 1\nslice: x\n", "user", "web").find("P0057"), std::string::npos);
}

TEST(EditTest, a_wrong_value_can_be_mended) {
    EXPECT_EQ(set("version: 1\nuser: [a,\n b]\n", "user", "web"), "version: 1\nuser: web\n");
    EXPECT_EQ(unset("version: 1\nusr: web\n", "usr"), "version: 1\n");
    EXPECT_EQ(set("user: web\n", "version", "1"), "user: web\nversion: 1\n");
}

TEST(EditTest, refuses_paths_and_values_that_are_none) {
    for (const auto* path : {"", ".", "user.", ".user", "a..b", "\"a", "\"a\"b", "\"\"", "a\nb"})
        EXPECT_NE(refusal("version: 1\n", path, "web"), "") << path;
    for (const auto* value : {"", "{a: 1}", "[a", "[a, [b]]", "[~]", "[a: b]", "'a", "\"a\" b",
                              "a\nuser: root", "a\x01", "\xff"})
        EXPECT_NE(refusal("version: 1\n", "x-a", value), "") << value;
}

TEST(EditTest, a_path_through_a_value_is_refused) {
    EXPECT_NE(refusal("version: 1\nuser: web\n", "user.name", "x").find("'user' holds no keys"),
              std::string::npos);
    EXPECT_NE(refusal("version: 1\nx-a: [b]\n", "x-a.b", "x").find("'x-a' holds no keys"),
              std::string::npos);
}

TEST(EditTest, a_key_after_a_missing_value_is_not_taken_for_it) {
    EXPECT_EQ(set("version: 1\nx-a:\nx-null: 1\n", "x-a", "b"), "version: 1\nx-a: b\nx-null: 1\n");
}

TEST(EditTest, gets_what_is_written) {
    EXPECT_EQ(get("version: 1\nuser: \"+1\" # c\n", "user"), "+1");
    EXPECT_EQ(get("version: 1\nx-a: {b: [a, 'b, c']}\n", "x-a.b"), "[a, b, c]");
    EXPECT_EQ(get("version: 1\nemulators: []\n", "emulators"), "[]");
    EXPECT_EQ(get("version: 1\nuser:\n", "user"), "");
    EXPECT_EQ(get("version: 1\n", "user"), "");
    EXPECT_EQ(get("", "user"), "");
    EXPECT_TRUE(get_key(file("version: 1\nx-a: {b: 1}\n"), "x-a").diagnostics.has_errors());
    EXPECT_TRUE(get_key(file("version: 1\nx-a: [{b: 1}]\n"), "x-a").diagnostics.has_errors());
}

TEST(EditTest, the_last_file_that_has_a_key_holds) {
    const std::vector<PolicyFile> files = {
        {"10.yaml", "version: 1\nuser: a\nx-l: [a, b, c]\nx-s: {a: 1, b: 1}\n"},
        {"20.yaml", "version: 1\nx-l-: [a, c]\nx-l+: [d, b, c]\nx-s: {a: 2}\n"},
        {"30.yaml", "version: 1\nuser: c\nx-l-: [d]\n"},
    };
    EXPECT_EQ(get_key(files, "user").value, (KeyText{false, {"c"}}));
    EXPECT_EQ(get_key(files, "x-l").value, (KeyText{true, {"b", "c"}}));
    EXPECT_EQ(get_key(files, "x-s.a").value, (KeyText{false, {"2"}}));
    EXPECT_EQ(get_key(files, "x-s.b").value, (KeyText{false, {"1"}}));
    EXPECT_EQ(get_key(files, "x-none").value, std::nullopt);
    EXPECT_TRUE(get_key(files, "x-").value == std::nullopt);
    EXPECT_TRUE(get_key(files, "a..b").diagnostics.has_errors());
}

TEST(EditTest, additions_without_a_list_are_to_the_built_in_one) {
    const std::vector<PolicyFile> files = {
        {"10.yaml", "version: 1\ncgroup_controllers-: [io]\ncgroup_device_acl+: [/dev/sgx]\n"}};
    const auto controllers = get_key(files, "cgroup_controllers").value.value().texts;
    EXPECT_EQ(controllers.size() + 1, built_in_policy().cgroup_controllers.value.size());
    EXPECT_EQ(std::count(controllers.begin(), controllers.end(), "io"), 0);
    const auto devices = get_key(files, "cgroup_device_acl").value.value().texts;
    EXPECT_EQ(devices.size(), built_in_policy().cgroup_device_acl.value.size() + 1);
    EXPECT_EQ(devices.back(), "/dev/sgx");
}

TEST(EditTest, locks_add_up_and_networks_replace_each_other) {
    const std::vector<PolicyFile> files = {
        {"10.yaml", "version: 1\nlock: [user]\nnetworks: {a: {type: bridge, source: br0}}\n"},
        {"20.yaml", "version: 1\nlock: [group]\nnetworks: {a: {type: user}}\n"}};
    EXPECT_EQ(get_key(files, "lock").value, (KeyText{true, {"user", "group"}}));
    EXPECT_EQ(get_key(files, "networks.a.type").value, (KeyText{false, {"user"}}));
    EXPECT_EQ(get_key(files, "networks.a.source").value, std::nullopt);
}

} // namespace
} // namespace vmwarden::hostpolicy
