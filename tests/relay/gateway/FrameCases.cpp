#include "ClientFrames.h"
#include "ConformanceCases.h"

#include <utility>

namespace recado::tests {

namespace {

constexpr int conformanceMessageBytes = 100'000;
constexpr int conformanceFragments = 64;

QByteArray unhex(const char* text) {
    return QByteArray::fromHex(text);
}

QByteArray sample(qsizetype size) {
    QByteArray bytes(size, Qt::Uninitialized);
    for (qsizetype index = 0; index < size; ++index)
        bytes[index] = char(index * 31 + index / 251);
    return bytes;
}

QByteArray textFrame(const QByteArray& payload, Final final = Final::Yes) {
    return clientFrame(0x1, payload, final);
}

QByteArray more(const QByteArray& payload, Final final) {
    return clientFrame(0x0, payload, final);
}

QByteArray closeFrame(int code, const QByteArray& reason = {}) {
    return clientFrame(0x8, closeBody(quint16(code)) + reason, Final::Yes);
}

/// A frame with the given first byte, else as clientFrame().
QByteArray withFirstByte(int first, const QByteArray& payload) {
    QByteArray frame = clientFrame(binaryFrame, payload, Final::Yes);
    frame[0] = char(first);
    return frame;
}

QByteArray numbered(const char* text, int number) {
    return QByteArray(text) + QByteArray::number(number);
}

/// Collects cases. Those whose bytes do not end the connection get a closing handshake behind them.
class FrameTable {
public:
    /// Messages that come back, perhaps a pong, and then a regular end.
    void good(const QByteArray& name, const QByteArray& bytes, const std::vector<QByteArray>& echoes,
              const QByteArray& pong = {}) {
        QByteArray answer = answerOf(echoes);
        if (!pong.isNull())
            answer += "pong " + digest(pong) + '\n';
        add(name, bytes + closeFrame(1000), answer + "close 1000\n");
    }
    /// An end with this code, behind whatever was good before it.
    void bad(const QByteArray& name, const QByteArray& bytes, int code,
             const std::vector<QByteArray>& echoes = {}) {
        add(name, bytes, answerOf(echoes) + "close " + QByteArray::number(code) + '\n');
    }
    [[nodiscard]] std::vector<ConformanceCase> take() { return std::move(m_cases); }

private:
    static QByteArray answerOf(const std::vector<QByteArray>& echoes) {
        QByteArray answer;
        for (const QByteArray& echo : echoes)
            answer += "echo " + digest(echo) + '\n';
        return answer;
    }
    void add(const QByteArray& name, const QByteArray& bytes, const QByteArray& answer) {
        m_cases.push_back({name, ConformanceCase::Begin::AfterUpgrade, bytes, answer});
    }

    std::vector<ConformanceCase> m_cases;
};

void addFraming(FrameTable& table) {
    for (const int size : {0, 1, 2, 124, 125, 126, 127, 128, 65'535, 65'536, conformanceMessageBytes})
        table.good(numbered("1 binary of ", size), wholeFrame(sample(size)), {sample(size)});
    table.good("1 two messages", wholeFrame("a") + wholeFrame("b"), {"a", "b"});
    for (const int size : {0, 1, 125, 126, 65'535, 65'536})
        table.bad(numbered("1 text of ", size), textFrame(QByteArray(size, 't')), 1003);
    table.bad("1 text behind binary", wholeFrame("a") + textFrame("b"), 1003, {"a"});
    table.bad("1 length 0 in 16 bits", unhex("82fe0000") + unhex("00000000"), 1002);
    table.bad("1 length 125 in 16 bits", unhex("82fe007d") + unhex("00000000"), 1002);
    table.bad("1 length 0 in 64 bits", unhex("82ff0000000000000000") + unhex("00000000"), 1002);
    table.bad("1 length 126 in 64 bits", unhex("82ff000000000000007e") + unhex("00000000"), 1002);
    table.bad("1 length 65535 in 64 bits", unhex("82ff000000000000ffff") + unhex("00000000"), 1002);
    table.bad("1 length with the top bit", unhex("82ff8000000000010000") + unhex("00000000"), 1002);
    table.bad("1 length with all bits", unhex("82ffffffffffffffffff") + unhex("00000000"), 1002);
}

void addPings(FrameTable& table) {
    const auto ping = [](const QByteArray& payload) { return clientFrame(pingFrame, payload, Final::Yes); };
    const auto pong = [](const QByteArray& payload) { return clientFrame(pongFrame, payload, Final::Yes); };
    for (const int size : {0, 1, 5, 124, 125})
        table.good(numbered("2 ping of ", size), ping(sample(size)), {}, sample(size));
    for (const int size : {126, 127, 65'536})
        table.bad(numbered("2 ping of ", size), ping(sample(size)), 1002);
    table.good("2 ping of zeros and ones", ping(unhex("00ff00fffe00")), {}, unhex("00ff00fffe00"));
    table.good("2 pong nobody asked for", pong("?") + wholeFrame("a"), {"a"});
    table.good("2 empty pong", pong("") + wholeFrame("a"), {"a"});
    table.bad("2 pong of 126", pong(sample(126)), 1002);
    table.good("2 ten pings", ping("1").repeated(9) + ping("ten"), {}, "ten");
    table.good("2 ping between messages", wholeFrame("a") + ping("p") + wholeFrame("b"), {"a", "b"}, "p");
    table.bad("2 fragmented ping", clientFrame(pingFrame, "a", Final::No) + more("b", Final::Yes), 1002);
    table.bad("2 fragmented pong", clientFrame(pongFrame, "a", Final::No), 1002);
}

void addReservedBits(FrameTable& table) {
    for (int bits = 1; bits <= 7; ++bits) {
        for (const int opcode : {0x1, 0x2, 0x8, 0x9, 0xA}) {
            table.bad("3 bits " + QByteArray::number(bits) + " with opcode " + QByteArray::number(opcode, 16),
                      withFirstByte(0x80 | bits << 4 | opcode, opcode == 0x8 ? closeBody(1000) : "x"), 1002);
        }
        table.bad(numbered("3 behind a message, bits ", bits),
                  wholeFrame("a") + withFirstByte(0x82 | bits << 4, ""), 1002, {"a"});
        table.bad(numbered("3 in a continuation, bits ", bits),
                  clientFrame(binaryFrame, "a", Final::No) + withFirstByte(0x80 | bits << 4, "b"), 1002);
    }
}

void addOpcodes(FrameTable& table) {
    for (const int opcode : {0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF}) {
        const QByteArray name = QByteArray::number(opcode, 16);
        table.bad("4 opcode " + name, withFirstByte(0x80 | opcode, ""), 1002);
        table.bad("4 opcode with payload " + name, withFirstByte(0x80 | opcode, "payload"), 1002);
        table.bad("4 not final opcode " + name, withFirstByte(opcode, "payload"), 1002);
        table.bad("4 behind a message, opcode " + name, wholeFrame("a") + withFirstByte(0x80 | opcode, ""),
                  1002, {"a"});
    }
}

void addFragments(FrameTable& table) {
    const QByteArray first = clientFrame(binaryFrame, "frag", Final::No);
    const QByteArray ping = clientFrame(pingFrame, "p", Final::Yes);
    table.good("5 two fragments", first + more("ment", Final::Yes), {"fragment"});
    table.good("5 ping inside", first + ping + more("ment", Final::Yes), {"fragment"}, "p");
    table.good("5 pong inside", first + clientFrame(pongFrame, "p", Final::Yes) + more("ment", Final::Yes),
               {"fragment"});
    table.good("5 pings between five",
               first + ping + more("m", Final::No) + ping + more("e", Final::No) + ping +
                   more("n", Final::No) + ping + more("t", Final::Yes),
               {"fragment"}, "p");
    table.good("5 empty fragments",
               clientFrame(binaryFrame, "", Final::No) + more("", Final::No) + more("a", Final::No) +
                   more("", Final::Yes),
               {"a"});
    table.good("5 nothing but empty fragments",
               clientFrame(binaryFrame, "", Final::No) + more("", Final::Yes), {""});
    table.good("5 two fragmented messages", (first + more("ment", Final::Yes)).repeated(2),
               {"fragment", "fragment"});
    table.good("5 fragments of every kind of length",
               clientFrame(binaryFrame, sample(125), Final::No) + more(sample(126), Final::No) +
                   more(sample(65'536), Final::Yes),
               {sample(125) + sample(126) + sample(65'536)});
    QByteArray many = clientFrame(binaryFrame, "x", Final::No);
    for (int count = 2; count < conformanceFragments; ++count)
        many += more("x", Final::No);
    table.good("5 as many fragments as allowed", many + more("x", Final::Yes),
               {QByteArray(conformanceFragments, 'x')});
    table.bad("5 one fragment more", many + more("x", Final::No) + more("x", Final::Yes), 1008);
    table.bad("5 continuation of nothing", more("a", Final::Yes), 1002);
    table.bad("5 continuation of nothing, not final", more("a", Final::No), 1002);
    table.bad("5 continuation behind a message", wholeFrame("a") + more("b", Final::Yes), 1002, {"a"});
    table.bad("5 message inside", first + wholeFrame("a"), 1002);
    table.bad("5 text inside", first + textFrame("a"), 1002);
    table.bad("5 message begun inside", first + clientFrame(binaryFrame, "a", Final::No), 1002);
    table.bad("5 fragmented text", textFrame("a", Final::No) + more("b", Final::Yes), 1003);
    table.bad("5 close inside", first + closeFrame(1000), 1000);
}

void addText(FrameTable& table) {
    const std::pair<const char*, const char*> valid[] = {{"nothing", ""},
                                                         {"ascii", "61"},
                                                         {"highest of one byte", "7f"},
                                                         {"zero", "00"},
                                                         {"lowest of two", "c280"},
                                                         {"highest of two", "dfbf"},
                                                         {"lowest of three", "e0a080"},
                                                         {"below the surrogates", "ed9fbf"},
                                                         {"above them", "ee8080"},
                                                         {"highest of three", "efbfbf"},
                                                         {"lowest of four", "f0908080"},
                                                         {"highest of all", "f48fbfbf"},
                                                         {"byte order mark", "efbbbf"},
                                                         {"no character", "efbfbe"},
                                                         {"words", "ce bb cf 8c ce b3 ce bf cf 82"}};
    for (const auto& [name, hex] : valid) {
        const QByteArray text = unhex(hex);
        table.bad(QByteArray("6 valid: ") + name, textFrame(text), 1003);
        table.good(QByteArray("6 in a binary message: ") + name, wholeFrame(text), {text});
        table.bad(QByteArray("6 as a reason: ") + name, closeFrame(1000, text), 1000);
    }
    const std::pair<const char*, const char*> invalid[] = {{"continuation alone", "80"},
                                                           {"highest continuation alone", "bf"},
                                                           {"two continuations", "80bf"},
                                                           {"overlong of two", "c080"},
                                                           {"overlong slash", "c0af"},
                                                           {"overlong, highest of two", "c1bf"},
                                                           {"overlong of three", "e08080"},
                                                           {"overlong, highest of three", "e09fbf"},
                                                           {"overlong of four", "f0808080"},
                                                           {"overlong, highest of four", "f08fbfbf"},
                                                           {"five bytes", "f888808080"},
                                                           {"six bytes", "fc8480808080"},
                                                           {"first surrogate", "eda080"},
                                                           {"last surrogate", "edbfbf"},
                                                           {"pair of surrogates", "eda080edb080"},
                                                           {"above the highest", "f4908080"},
                                                           {"first byte f5", "f5808080"},
                                                           {"byte fe", "fe"},
                                                           {"byte ff", "ff"},
                                                           {"two, then ascii", "c361"},
                                                           {"three, then ascii", "e28261"},
                                                           {"four, then ascii", "f09f9961"},
                                                           {"new character within one", "e2c3a1"}};
    for (const auto& [name, hex] : invalid) {
        const QByteArray text = unhex(hex);
        table.bad(QByteArray("6 invalid: ") + name, textFrame(text), 1007);
        table.bad(QByteArray("6 invalid, behind words: ") + name, textFrame("ol\xC3\xA1 " + text), 1007);
        // Found as soon as the byte is there: the rest of the frame, or message, never comes.
        table.bad(QByteArray("6 at once in a frame: ") + name,
                  textFrame(text + QByteArray(64, 'x')).chopped(64), 1007);
        table.bad(QByteArray("6 at once in a fragment: ") + name, textFrame(text + 'x', Final::No), 1007);
        table.good(QByteArray("6 in a binary message: ") + name, wholeFrame(text), {text});
        table.bad(QByteArray("6 as a reason: ") + name, closeFrame(1000, text), 1007);
    }
    for (const char* hex : {"c3", "e2", "e282", "f0", "f09f", "f09f99"}) {
        table.bad(QByteArray("6 ends within a character: ") + hex, textFrame(unhex(hex)), 1007);
        table.bad(QByteArray("6 fragments end within a character: ") + hex,
                  textFrame("a", Final::No) + more(unhex(hex), Final::Yes), 1007);
        table.bad(QByteArray("6 reason ends within a character: ") + hex, closeFrame(1000, unhex(hex)), 1007);
    }
    table.bad("6 character over two fragments", textFrame("\xE2\x82", Final::No) + more("\xAC", Final::Yes),
              1003);
    table.bad("6 character over four fragments",
              textFrame("\xF0", Final::No) + more("\x9F", Final::No) + more("\x99", Final::No) +
                  more("\x82", Final::Yes),
              1003);
    table.bad("6 wrong byte in a later fragment", textFrame("\xE2\x82", Final::No) + more("x", Final::No),
              1007);
}

void addClosing(FrameTable& table) {
    table.bad("7 close without a code", clientFrame(0x8, "", Final::Yes), 1005);
    table.bad("7 close of one byte", clientFrame(0x8, "\x03", Final::Yes), 1002);
    for (const int code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
        table.bad(numbered("7 close with ", code), closeFrame(code), code);
    for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 32'768, 65'535})
        table.bad(numbered("7 close with the invalid ", code), closeFrame(code), 1002);
    table.bad("7 close with the longest reason", closeFrame(1000, QByteArray(123, 'r')), 1000);
    table.bad("7 close with too long a reason", closeFrame(1000, QByteArray(124, 'r')), 1002);
    table.bad("7 fragmented close", clientFrame(0x8, closeBody(1000), Final::No), 1002);
    table.bad("7 message behind the close", closeFrame(1000) + wholeFrame("too late"), 1000);
    table.bad("7 ping behind the close", closeFrame(1000) + clientFrame(pingFrame, "p", Final::Yes), 1000);
    table.bad("7 second close", closeFrame(4001) + closeFrame(4002), 4001);
    table.bad("7 rubbish behind the close", closeFrame(1000) + QByteArray(200, '\xFF'), 1000);
    table.bad("7 message behind a violation", withFirstByte(0x83, "") + wholeFrame("too late"), 1002);
    table.bad("7 message, then close", wholeFrame("a") + closeFrame(1001), 1001, {"a"});
}

void addLimits(FrameTable& table) {
    const int most = conformanceMessageBytes;
    table.bad("9 one byte more than allowed", wholeFrame(sample(most + 1)), 1009);
    table.bad("9 refused from its length", wholeFrame(sample(most + 1)).first(14), 1009);
    table.bad("9 a length beyond all memory", unhex("82ff4000000000000000") + unhex("00000000"), 1009);
    table.good("9 fragments up to the limit",
               clientFrame(binaryFrame, sample(most - 1), Final::No) + more("x", Final::Yes),
               {sample(most - 1) + 'x'});
    table.bad("9 fragments beyond the limit",
              clientFrame(binaryFrame, sample(most - 1), Final::No) + more("xy", Final::Yes), 1009);
    table.bad("9 empty last fragment of too many bytes",
              clientFrame(binaryFrame, sample(most), Final::No) + more("x", Final::No), 1009);
    table.good("9 many small messages", wholeFrame("m").repeated(50), std::vector<QByteArray>(50, "m"));
}

void addMasks(FrameTable& table) {
    for (const char* frame :
         {"8200", "820161", "8101", "8000", "8800", "880203e8", "8900", "8a00", "827e0080"})
        table.bad(QByteArray("10 unmasked: ") + frame, unhex(frame), 1002);
    table.bad("10 unmasked behind a message", wholeFrame("a") + unhex("8200"), 1002, {"a"});
    table.good("10 mask of zeros", unhex("8283") + unhex("00000000") + "abc", {"abc"});
    table.good("10 mask of ones", unhex("8283") + unhex("ffffffff") + unhex("9e9d9c"), {"abc"});
}

} // namespace

relay::GatewayConfig conformanceConfig(relay::GatewayDriver driver) {
    relay::GatewayConfig config;
    config.driver = driver;
    config.messageBytes = conformanceMessageBytes;
    config.unauthenticatedMessageBytes = conformanceMessageBytes;
    config.fragmentsPerMessage = conformanceFragments;
    config.idleFramesPerSecond = 1'000'000;
    config.strangers = 100'000;
    // The table is about what is said, not about when.
    for (std::chrono::milliseconds* deadline :
         {&config.handshakeDeadline, &config.authenticationDeadline, &config.messageDeadline,
          &config.closeDeadline, &config.stallDeadline})
        *deadline = std::chrono::minutes(2);
    return config;
}

std::vector<ConformanceCase> frameCases() {
    FrameTable table;
    for (const auto add : {addFraming, addPings, addReservedBits, addOpcodes, addFragments, addText,
                           addClosing, addLimits, addMasks})
        add(table);
    return table.take();
}

const std::vector<ConformanceException>& conformanceExceptions() {
    static const std::vector<ConformanceException> all{
        {relay::GatewayDriver::Portable, "7 close without a code", "close 1000\n",
         "QWebSocket::close() puts a code into every close frame"}};
    return all;
}

} // namespace recado::tests
