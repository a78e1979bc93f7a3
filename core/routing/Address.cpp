#include "routing/Address.h"

#include <algorithm>
#include <array>

namespace recado::routing {

namespace {

constexpr qsizetype shortestUsername = 3;
constexpr qsizetype longestUsername = 32;
constexpr qsizetype longestRelayName = 253;

constexpr std::array reservedUsernames{
    QLatin1String("admin"),  QLatin1String("administrator"), QLatin1String("moderator"),
    QLatin1String("recado"), QLatin1String("relay"),         QLatin1String("root"),
    QLatin1String("system"), QLatin1String("support"),       QLatin1String("security"),
    QLatin1String("help"),   QLatin1String("everyone"),      QLatin1String("postmaster"),
};

bool isRelayNameCharacter(QChar character) {
    return character.isPrint() && !character.isSpace() && character != QLatin1Char('@');
}

bool isUsernameCharacter(QChar character) {
    const char16_t code = character.unicode();
    return (code >= u'a' && code <= u'z') || (code >= u'0' && code <= u'9') || code == u'.' || code == u'_';
}

} // namespace

bool isValidUsername(QStringView username) {
    if (username.size() < shortestUsername || username.size() > longestUsername)
        return false;
    if (username.startsWith(u'.') || username.endsWith(u'.') || username.contains(u".."))
        return false;
    // Of separators alone all names look alike.
    return std::all_of(username.begin(), username.end(), isUsernameCharacter) &&
           !lookAlikeSkeleton(username).isEmpty();
}

bool isValidRelayName(QStringView name) {
    return !name.isEmpty() && name.size() <= longestRelayName &&
           std::all_of(name.begin(), name.end(), isRelayNameCharacter);
}

QString lookAlikeSkeleton(QStringView username) {
    QString skeleton = username.toString();
    skeleton.remove(QLatin1Char('.')).remove(QLatin1Char('_'));
    // Single characters first, or "c1" would stay "cl" while "cl" itself becomes "d".
    for (QChar& character : skeleton) {
        switch (character.unicode()) {
        case u'0':
            character = u'o';
            break;
        case u'1':
        case u'i':
            character = u'l';
            break;
        case u'5':
            character = u's';
            break;
        default:
            break;
        }
    }
    skeleton.replace(QLatin1String("rn"), QLatin1String("m"));
    skeleton.replace(QLatin1String("vv"), QLatin1String("w"));
    skeleton.replace(QLatin1String("cl"), QLatin1String("d"));
    return skeleton;
}

bool isReservedUsername(QStringView username) {
    const QString skeleton = lookAlikeSkeleton(username);
    return std::any_of(reservedUsernames.begin(), reservedUsernames.end(), [&](QLatin1String reserved) {
        return lookAlikeSkeleton(QString(reserved)) == skeleton;
    });
}

base::Result<Address> Address::parse(const QString& text, const QString& ownRelay) {
    const qsizetype at = text.indexOf(QLatin1Char('@'));
    Address address{at < 0 ? text : text.left(at), at < 0 ? ownRelay : text.mid(at + 1)};
    if (!isValidUsername(address.username)) {
        return base::makeError(base::Reason::InvalidArgument,
                               QStringLiteral("a username has 3 to 32 characters of a-z, 0-9, dot and _"));
    }
    if (at >= 0 && !isValidRelayName(address.relayName))
        return base::makeError(base::Reason::InvalidArgument,
                               QStringLiteral("no relay's name follows the @"));
    return address;
}

} // namespace recado::routing
