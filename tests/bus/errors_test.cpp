// SPDX-License-Identifier: LGPL-2.1-or-later
// What is refused, under which name, in which words; and who is asked first.
#include "tests/bus/bus_fixture.h"

#include <sys/stat.h>

namespace vmwarden::tests {

namespace {

class Errors : public BusTest {};

const bus::Dictionary none;

TEST_F(Errors, AnUnknownGuestIsNoSuchGuest) {
    start_agent();
    EXPECT_EQ(error_of([&] { manager<sdbus::ObjectPath>("GetGuest", std::string("nix"), none); }),
              "NoSuchGuest: no guest is called 'nix'; 'vmwarden list --all' shows those there are");
}

TEST_F(Errors, AnUnknownOptionIsNamedWithASuggestion) {
    start_agent();
    const auto error = error_of([&] {
        manager<sdbus::ObjectPath, sdbus::ObjectPath>(
            "CreateGuest", xml("web"), bus::Dictionary{{"wiat", sdbus::Variant(true)}});
    });
    EXPECT_EQ(error, "InvalidOption: unknown option 'wiat'; did you mean 'wait'?");
    EXPECT_TRUE(polkit_.asked().empty());
}

TEST_F(Errors, AnOptionOfAnotherTypeIsRefused) {
    start_agent();
    const auto error = error_of([&] {
        manager<sdbus::ObjectPath, sdbus::ObjectPath>(
            "CreateGuest", xml("web"),
            bus::Dictionary{{"wait", sdbus::Variant(std::string("yes"))}});
    });
    EXPECT_EQ(error, "InvalidOption: option 'wait' must be a boolean (b)");
}

TEST_F(Errors, ADefinitionWithMistakesListsThemAll) {
    start_agent();
    const std::string bad = "<domain type='qemu'>\n  <name>web</name>\n  <memroy>64</memroy>\n"
                            "  <vcpu>none</vcpu>\n</domain>\n";
    const auto error = error_of([&] {
        manager<sdbus::ObjectPath>(
            "DefineGuest", bad, bus::Dictionary{{"file", sdbus::Variant(std::string("my.xml"))}});
    });
    EXPECT_TRUE(error.starts_with("InvalidDefinition: ")) << error;
    EXPECT_NE(error.find("my.xml:3:"), std::string::npos) << error;
    EXPECT_NE(error.find("my.xml:4:"), std::string::npos) << error;
    EXPECT_NE(error.find("\n    <memroy>"), std::string::npos) << error;
    EXPECT_NE(error.find("^"), std::string::npos) << error;
}

// Said when it is defined, not only when it is started.
TEST_F(Errors, ADefinitionWithDevicesInEachOthersWayIsNotKept) {
    start_agent();
    const std::string card =
        "<interface type='user'><address type='pci' bus='0' slot='5' function='0'/></interface>\n";
    const auto bad = "<domain type='qemu'><name>web</name><memory>65536</memory>\n"
                     "<os><type machine='pc'>hvm</type></os><devices>\n" +
                     card + card + "</devices></domain>\n";
    const auto error = error_of([&] {
        manager<sdbus::ObjectPath>(
            "DefineGuest", bad, bus::Dictionary{{"file", sdbus::Variant(std::string("my.xml"))}});
    });
    EXPECT_TRUE(error.starts_with("InvalidDefinition: ")) << error;
    EXPECT_NE(error.find("my.xml:4:"), std::string::npos) << error;
    EXPECT_NE(error.find("0000:00:05.0 is taken by <interface> of line 3"), std::string::npos)
        << error;
    EXPECT_TRUE(error_of([&] {
                    manager<sdbus::ObjectPath>("GetGuest", std::string("web"), none);
                }).starts_with("NoSuchGuest"));
}

TEST_F(Errors, ATakenNameIsGuestExists) {
    start_agent();
    create("web");
    const auto error = error_of([&] { create("web", "/images/b.raw"); });
    EXPECT_TRUE(error.starts_with("GuestExists: there is a guest 'web' already")) << error;
}

TEST_F(Errors, VerbsSayWhatTheStateForbids) {
    start_agent();
    define("web");
    EXPECT_TRUE(error_of([&] { ask("web", "Shutdown"); }).starts_with("NotRunning: "));
    EXPECT_TRUE(error_of([&] {
                    guest<std::vector<bus::Dictionary>>("web", "Verify");
                }).starts_with("NotRunning: "));
    ask("web", "Start");
    EXPECT_TRUE(error_of([&] { ask("web", "Start"); }).starts_with("AlreadyRunning: "));
    ask("web", "Suspend");
    EXPECT_TRUE(error_of([&] { ask("web", "Shutdown"); }).starts_with("OperationFailed: "));
}

TEST_F(Errors, AnEmulatorThatPolicyDoesNotListIsPolicyDenied) {
    host_.script([](auto& s) { s.policy = "version: 1\nemulators: [/opt/qemu]\n"; });
    start_agent();
    const auto error = error_of([&] { create("web"); });
    EXPECT_TRUE(error.starts_with("PolicyDenied: ")) << error;
    EXPECT_NE(error.find("emulator"), std::string::npos) << error;
}

TEST_F(Errors, TextOfUnexpectedFailuresStaysInside) {
    host_.script([](auto& s) { s.kill_fails = true; });
    start_agent();
    create("web");
    const auto error = error_of([&] { ask("web", "Destroy"); });
    EXPECT_EQ(error, "OperationFailed: scope: the scope stays");
    // A definition that cannot be written is nobody's fault that asked.
    ::chmod(disk_.path().c_str(), 0500);
    const auto other = error_of([&] { define("new", "/images/b.raw"); });
    ::chmod(disk_.path().c_str(), 0700);
    EXPECT_EQ(other, "OperationFailed: the agent could not do this; 'journalctl -u vmwardend' has "
                     "the detail");
}

TEST_F(Errors, PolkitIsAskedWithGuestAndVerb) {
    start_agent();
    create("web");
    ask("web", "Suspend");
    const auto asked = polkit_.asked();
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked[0].action, "org.vmwarden1.create-guest");
    EXPECT_EQ(asked[0].details.at("guest"), "web");
    EXPECT_EQ(asked[0].flags, 1U);
    EXPECT_EQ(asked[0].subject, client_->getUniqueName());
    EXPECT_EQ(asked[1].action, "org.vmwarden1.manage-guest");
    EXPECT_EQ(asked[1].details.at("verb"), "suspend");
}

TEST_F(Errors, WhoPolkitDeniesGetsNothingDone) {
    start_agent();
    define("web");
    polkit_.will(FakePolkit::Will::no);
    for (const auto* verb : {"Start", "Shutdown", "Destroy", "Suspend", "Resume", "Reset"})
        EXPECT_TRUE(
            error_of([&] { guest<sdbus::ObjectPath>("web", verb); }).starts_with("NotAuthorized: "))
            << verb;
    EXPECT_TRUE(error_of([&] { guest<>("web", "Undefine"); }).starts_with("NotAuthorized: "));
    EXPECT_TRUE(
        error_of([&] { guest<std::string>("web", "GetXML"); }).starts_with("NotAuthorized: "));
    EXPECT_TRUE(error_of([&] { create("other"); }).starts_with("NotAuthorized: "));
    EXPECT_TRUE(error_of([&] { define("other"); }).starts_with("NotAuthorized: "));
    // Not even whether the definition is right.
    EXPECT_TRUE(error_of([&] {
                    manager<bus::Dictionary>("PlanGuest", std::string("<domain"), none);
                }).starts_with("NotAuthorized: "));
    EXPECT_EQ(state("web"), "defined");
    EXPECT_TRUE(host_.script([](auto& s) { return s.launched.empty(); }));
}

TEST_F(Errors, NoQuestionToAPersonWhereNoneIsWanted) {
    start_agent();
    polkit_.will(FakePolkit::Will::challenge);
    const auto error = error_of([&] {
        manager<sdbus::ObjectPath>(
            "DefineGuest", xml("web"),
            bus::Dictionary{{"auth.no_user_interaction", sdbus::Variant(true)}});
    });
    EXPECT_TRUE(error.starts_with("NotAuthorized: org.vmwarden1.define-guest needs a password"))
        << error;
    EXPECT_EQ(polkit_.asked().at(0).flags, 0U);
}

TEST_F(Errors, CanAnswersBeforehand) {
    start_agent();
    define("web");
    const auto can = [&](const std::string& verb) {
        return std::get<0>(manager<std::string>("Can", verb, std::string("web"), none));
    };
    EXPECT_EQ(can("start"), "yes");
    EXPECT_EQ(can("suspend"), "na");
    polkit_.will(FakePolkit::Will::challenge);
    EXPECT_EQ(can("start"), "challenge");
    polkit_.will(FakePolkit::Will::no);
    EXPECT_EQ(can("start"), "no");
    EXPECT_EQ(error_of([&] { can("strat"); }),
              "InvalidArgument: unknown verb 'strat'; did you mean 'start'?");
}

TEST_F(Errors, AQuestionIsWithdrawnWhenItsCallerLeaves) {
    start_agent();
    polkit_.will(FakePolkit::Will::never_answer);
    {
        const auto other = sdbus::createSystemBusConnection();
        auto proxy = bus::make_proxy(*other, "org.vmwarden1", "/org/vmwarden1");
        proxy->callMethodAsync("DefineGuest")
            .onInterface("org.vmwarden1.Manager")
            .withArguments(xml("web"), none)
            .uponReplyInvoke([](bus::ReplyError, const sdbus::ObjectPath&) {});
        polkit_.wait_for_question();
    }
    polkit_.wait_for_cancellation();
}

} // namespace

} // namespace vmwarden::tests
