<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>recado::ui::Composer</name>
    <message numerus="yes">
        <source>Too long by %n byte(s)</source>
        <translation>
            <numerusform>Too long by %n byte</numerusform>
            <numerusform>Too long by %n bytes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Room for %n byte(s)</source>
        <translation>
            <numerusform>Room for %n byte</numerusform>
            <numerusform>Room for %n bytes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>recado::ui::ConnectionBanner</name>
    <message numerus="yes">
        <source>Offline. %n message(s) will be sent later.</source>
        <translation>
            <numerusform>Offline. %n message will be sent later.</numerusform>
            <numerusform>Offline. %n messages will be sent later.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Connecting… %n message(s) are waiting.</source>
        <translation>
            <numerusform>Connecting… %n message is waiting.</numerusform>
            <numerusform>Connecting… %n messages are waiting.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationModel</name>
    <message numerus="yes">
        <source>%n unread message(s)</source>
        <translation>
            <numerusform>%n unread message</numerusform>
            <numerusform>%n unread messages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>recado::ui::NewMessagesPill</name>
    <message numerus="yes">
        <source>%n new message(s)</source>
        <translation>
            <numerusform>%n new message</numerusform>
            <numerusform>%n new messages</numerusform>
        </translation>
    </message>
</context>
</TS>
