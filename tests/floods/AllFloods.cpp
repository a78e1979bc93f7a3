#include "Flood.h"

namespace recado::tests {

const std::vector<Flood>& allFloods() {
    static const std::vector<Flood> floods = [] {
        const auto named = [](const char* name, const char* check, int accounts, Fate (*run)(Attack&)) {
            Flood flood;
            flood.name = QString::fromLatin1(name);
            flood.check = QString::fromLatin1(check);
            flood.accounts = accounts;
            flood.run = run;
            return flood;
        };
        std::vector<Flood> all{
            named("ping", "C12", 8, pingFlood),
            named("empty-fragment", "C12", 8, emptyFragmentFlood),
            named("trickle", "C12", 200, trickleFlood),
            named("header", "C12", 0, headerFlood),
            named("half-open", "C12", 1, halfOpenFlood),
            named("slow-readers", "C11", 1'004, slowReaderFlood),
            named("invalid-frames", "C19", 0, invalidFrameFlood),
            named("hello", "issue 3", 0, helloFlood),
            named("wrong-signature", "issue 3", 1, wrongSignatureFlood),
            named("oracle", "C34", 1, oracleFlood),
            named("mailbox", "C15", 4, mailboxFlood),
            named("presence", "issue 3", 16, presenceFlood),
            named("prekey-upload", "issue 3", 16, prekeyUploadFlood),
            named("unknown-frames", "issue 3", 16, unknownFrameFlood),
            named("acknowledge", "issue 3", 16, acknowledgeFlood),
            named("look-up", "issue 3", 16, lookUpFlood),
            named("fan-out", "issue 3", 4, fanOutFlood),
            named("ephemeral", "issue 3", 16, ephemeralFlood),
            named("tiny-elements", "issue 3", 4, tinyElementFlood),
            named("submissions", "issue 3", 16, submissionFlood),
            named("registration", "issue 3", 0, registrationFlood),
            named("one-address", "issue 3", 1, addressFlood),
            named("descriptors", "C13", 1, descriptorFlood),
        };
        for (Flood& flood : all) {
            if (flood.run == registrationFlood)
                flood.options = {QStringLiteral("--registration-burst"), QStringLiteral("50"),
                                 QStringLiteral("--registrations-per-second"), QStringLiteral("5")};
            if (flood.run == addressFlood)
                flood.options = {QStringLiteral("--limit-loopback")};
            if (flood.run == descriptorFlood) {
                flood.descriptors = 128;
                flood.cpuShare = 0.2;
            }
        }
        return all;
    }();
    return floods;
}

} // namespace recado::tests
