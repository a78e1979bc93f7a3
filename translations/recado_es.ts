<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>recado::ui::Composer</name>
    <message>
        <source>Send</source>
        <translation>Enviar</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>Escribe un mensaje</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>Message to %1</source>
        <translation>Mensaje para %1</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter starts a new line</source>
        <translation>Intro envía, Mayús+Intro empieza una línea nueva</translation>
    </message>
    <message numerus="yes">
        <source>Too long by %n byte(s)</source>
        <translation>
            <numerusform>Sobra %n byte</numerusform>
            <numerusform>Sobran %n bytes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Room for %n byte(s)</source>
        <translation>
            <numerusform>Cabe %n byte más</numerusform>
            <numerusform>Caben %n bytes más</numerusform>
        </translation>
    </message>
    <message>
        <source>This text is too long for one message. Send it in parts.</source>
        <translation>Este texto es demasiado largo para un mensaje. Envíalo por partes.</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConnectionBanner</name>
    <message>
        <source>The relay shows another key than before. Nothing is sent until you decide.</source>
        <translation>El servidor muestra una clave distinta de la anterior. No se envía nada hasta que decidas.</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>Decidir</translation>
    </message>
    <message numerus="yes">
        <source>Offline. %n message(s) will be sent later.</source>
        <translation>
            <numerusform>Sin conexión. %n mensaje se enviará después.</numerusform>
            <numerusform>Sin conexión. %n mensajes se enviarán después.</numerusform>
        </translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Sin conexión</translation>
    </message>
    <message numerus="yes">
        <source>Connecting… %n message(s) are waiting.</source>
        <translation>
            <numerusform>Conectando… %n mensaje espera.</numerusform>
            <numerusform>Conectando… %n mensajes esperan.</numerusform>
        </translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Conectando…</translation>
    </message>
    <message>
        <source>The relay is busy. Recado tries again by itself.</source>
        <translation>El servidor está ocupado. Recado lo intenta de nuevo solo.</translation>
    </message>
    <message>
        <source>The relay does not let this device in. Ask who runs it.</source>
        <translation>El servidor no deja entrar a este dispositivo. Pregunta a quien lo administra.</translation>
    </message>
    <message>
        <source>The relay refuses this connection. Recado tries again by itself.</source>
        <translation>El servidor rechaza esta conexión. Recado lo intenta de nuevo solo.</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationDelegate</name>
    <message>
        <source>Request</source>
        <translation>Solicitud</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationHeader</name>
    <message>
        <source>Back to the list</source>
        <translation>Volver a la lista</translation>
    </message>
    <message>
        <source>Safety number</source>
        <translation>Número de seguridad</translation>
    </message>
    <message>
        <source>%1, safety number</source>
        <translation>%1, número de seguridad</translation>
    </message>
    <message>
        <source>typing…</source>
        <translation>escribiendo…</translation>
    </message>
    <message>
        <source>online</source>
        <translation>en línea</translation>
    </message>
    <message>
        <source>Safety number, compared</source>
        <translation>Número de seguridad, comparado</translation>
    </message>
    <message>
        <source>Safety number, changed</source>
        <translation>Número de seguridad, ha cambiado</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationModel</name>
    <message>
        <source>typing…</source>
        <translation>escribiendo…</translation>
    </message>
    <message>
        <source>Safety number has changed</source>
        <translation>El número de seguridad ha cambiado</translation>
    </message>
    <message>
        <source>Wants to write to you</source>
        <translation>Quiere escribirte</translation>
    </message>
    <message>
        <source>No messages yet</source>
        <translation>Aún no hay mensajes</translation>
    </message>
    <message>
        <source>You: %1</source>
        <translation>Tú: %1</translation>
    </message>
    <message>
        <source>message request</source>
        <translation>solicitud de mensaje</translation>
    </message>
    <message>
        <source>online</source>
        <translation>en línea</translation>
    </message>
    <message numerus="yes">
        <source>%n unread message(s)</source>
        <translation>
            <numerusform>%n mensaje sin leer</numerusform>
            <numerusform>%n mensajes sin leer</numerusform>
        </translation>
    </message>
    <message>
        <source>Draft: %1</source>
        <translation>Borrador: %1</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationPane</name>
    <message>
        <source>New conversation</source>
        <translation>Nueva conversación</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Conversaciones</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>Solicitudes</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>No requests</source>
        <translation>No hay solicitudes</translation>
    </message>
    <message>
        <source>When someone new writes to you, you decide here.</source>
        <translation>Cuando alguien nuevo te escribe, decides aquí.</translation>
    </message>
    <message>
        <source>No conversations yet</source>
        <translation>Aún no hay conversaciones</translation>
    </message>
    <message>
        <source>Write to someone whose address you know.</source>
        <translation>Escribe a alguien cuya dirección conozcas.</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationView</name>
    <message>
        <source>Choose a conversation</source>
        <translation>Elige una conversación</translation>
    </message>
    <message>
        <source>Or write to someone new.</source>
        <translation>O escribe a alguien nuevo.</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Nueva conversación</translation>
    </message>
    <message>
        <source>Nothing here yet</source>
        <translation>Aquí aún no hay nada</translation>
    </message>
    <message>
        <source>%1&apos;s safety number has changed. Compare it before you go on.</source>
        <translation>El número de seguridad de %1 ha cambiado. Compáralo antes de seguir.</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparar</translation>
    </message>
    <message>
        <source>You can write again once you have decided on the new safety number.</source>
        <translation>Podrás escribir de nuevo cuando decidas sobre el nuevo número de seguridad.</translation>
    </message>
    <message>
        <source>Your address is %1. Give it to people you know.</source>
        <translation>Tu dirección es %1. Dásela a la gente que conoces.</translation>
    </message>
    <message>
        <source>Copy your address</source>
        <translation>Copiar tu dirección</translation>
    </message>
    <message>
        <source>No messages yet</source>
        <translation>Aún no hay mensajes</translation>
    </message>
    <message>
        <source>Only the two of you can read what you write here.</source>
        <translation>Lo que escribes aquí solo se puede leer en los dos extremos.</translation>
    </message>
    <message>
        <source>These messages could not be read</source>
        <translation>No se pudieron leer estos mensajes</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Intentar de nuevo</translation>
    </message>
    <message>
        <source>Try once more. If that does not help, close Recado and open it again.</source>
        <translation>Prueba una vez más. Si no ayuda, cierra Recado y vuelve a abrirlo.</translation>
    </message>
    <message>
        <source>Someone wants to write to you</source>
        <translation>Alguien quiere escribirte</translation>
    </message>
    <message>
        <source>Choose the request in the list to read it and to decide.</source>
        <translation>Elige la solicitud en la lista para leerla y decidir.</translation>
    </message>
</context>
<context>
    <name>recado::ui::FirstStartPage</name>
    <message>
        <source>Relay or invitation</source>
        <translation>Servidor o invitación</translation>
    </message>
    <message>
        <source>The address of your relay, or the link somebody sent you.</source>
        <translation>La dirección de tu servidor, o el enlace que alguien te envió.</translation>
    </message>
    <message>
        <source>Username</source>
        <translation>Nombre de usuario</translation>
    </message>
    <message>
        <source>3 to 32 small letters, digits, dots or underscores. People find you by it.</source>
        <translation>De 3 a 32 letras minúsculas, cifras, puntos o guiones bajos. Por él te encuentran.</translation>
    </message>
    <message>
        <source>Your name (optional)</source>
        <translation>Tu nombre (opcional)</translation>
    </message>
    <message>
        <source>Open with my system&apos;s keychain</source>
        <translation>Abrir con el llavero de mi sistema</translation>
    </message>
    <message>
        <source>Ask me for a passphrase</source>
        <translation>Pedirme una frase de contraseña</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Frase de contraseña</translation>
    </message>
    <message>
        <source>Passphrase again</source>
        <translation>Frase de contraseña, otra vez</translation>
    </message>
    <message>
        <source>Welcome to Recado</source>
        <translation>Te damos la bienvenida a Recado</translation>
    </message>
    <message>
        <source>Write with people you know. What you write is readable on your devices and theirs only.</source>
        <translation>Escríbete con la gente que conoces. Lo que escribes solo se lee en tus dispositivos y en los suyos.</translation>
    </message>
    <message>
        <source>Create account</source>
        <translation>Crear cuenta</translation>
    </message>
    <message>
        <source>How shall this profile be protected?</source>
        <translation>¿Cómo proteger este perfil?</translation>
    </message>
    <message>
        <source>The key lies in the keychain that opens when you log in</source>
        <translation>La clave está en el llavero que se abre cuando inicias sesión</translation>
    </message>
    <message>
        <source>You type it each time Recado starts</source>
        <translation>La escribes cada vez que Recado arranca</translation>
    </message>
    <message>
        <source>Choose a username.</source>
        <translation>Elige un nombre de usuario.</translation>
    </message>
    <message>
        <source>Use small letters only.</source>
        <translation>Usa solo letras minúsculas.</translation>
    </message>
    <message>
        <source>Only letters from a to z, digits, dots and underscores will do.</source>
        <translation>Solo sirven letras de la a a la z, cifras, puntos y guiones bajos.</translation>
    </message>
    <message>
        <source>That is too short: at least 3 characters.</source>
        <translation>Demasiado corto: al menos 3 caracteres.</translation>
    </message>
    <message>
        <source>That is too long: at most 32 characters.</source>
        <translation>Demasiado largo: como mucho 32 caracteres.</translation>
    </message>
    <message>
        <source>Which relay? Ask whoever invited you.</source>
        <translation>¿Qué servidor? Pregunta a quien te invitó.</translation>
    </message>
    <message>
        <source>This is neither an address nor an invitation.</source>
        <translation>Esto no es ni una dirección ni una invitación.</translation>
    </message>
    <message>
        <source>Preparing the profile…</source>
        <translation>Preparando el perfil…</translation>
    </message>
    <message>
        <source>Creating the account…</source>
        <translation>Creando la cuenta…</translation>
    </message>
    <message>
        <source>At least 8 characters. Nobody else can restore it for you.</source>
        <translation>Al menos 8 caracteres. Nadie más puede recuperarla por ti.</translation>
    </message>
    <message>
        <source>The keychain did not take the key. Unlock it and try again, or choose a passphrase.</source>
        <translation>El llavero no guardó la clave. Desbloquéalo e inténtalo de nuevo, o elige una frase de contraseña.</translation>
    </message>
    <message>
        <source>This relay needs an invitation. Ask somebody there for a link, and put it here.</source>
        <translation>Este servidor necesita una invitación. Pide un enlace a alguien de allí y ponlo aquí.</translation>
    </message>
</context>
<context>
    <name>recado::ui::FormField</name>
    <message>
        <source>Show the passphrase</source>
        <translation>Mostrar la frase de contraseña</translation>
    </message>
    <message>
        <source>Hide the passphrase</source>
        <translation>Ocultar la frase de contraseña</translation>
    </message>
</context>
<context>
    <name>recado::ui::MainWindow</name>
    <message>
        <source>The profile cannot be opened</source>
        <translation>No se puede abrir el perfil</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Intentar de nuevo</translation>
    </message>
    <message>
        <source>There is no passphrase in %1: the file is missing, empty, or may not be read.</source>
        <translation>No hay frase de contraseña en %1: el archivo falta, está vacío o no se puede leer.</translation>
    </message>
</context>
<context>
    <name>recado::ui::NewConversationDialog</name>
    <message>
        <source>Start</source>
        <translation>Empezar</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Nueva conversación</translation>
    </message>
    <message>
        <source>Type the address of the person, or only the name when you share a relay.</source>
        <translation>Escribe la dirección de la persona, o solo el nombre si usáis el mismo servidor.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Dirección</translation>
    </message>
    <message>
        <source>name or name@relay</source>
        <translation>nombre o nombre@servidor</translation>
    </message>
    <message>
        <source>Address, like ana@relay.example.org</source>
        <translation>Dirección, como ana@relay.example.org</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Names are written in small letters.</source>
        <translation>Los nombres se escriben en minúsculas.</translation>
    </message>
    <message>
        <source>A name has 3 to 32 small letters, digits, dots or underscores.</source>
        <translation>Un nombre tiene de 3 a 32 letras minúsculas, cifras, puntos o guiones bajos.</translation>
    </message>
    <message>
        <source>After the @ comes the name of the relay, like ana@relay.example.org.</source>
        <translation>Después de la @ va el nombre del servidor, como ana@relay.example.org.</translation>
    </message>
    <message>
        <source>You cannot write to this address. Is it your own?</source>
        <translation>No puedes escribir a esta dirección. ¿Es la tuya?</translation>
    </message>
    <message>
        <source>Only people of your own relay can be reached: addresses that end in @%1.</source>
        <translation>Solo puedes escribir a personas de tu propio servidor: direcciones que terminan en @%1.</translation>
    </message>
</context>
<context>
    <name>recado::ui::NewMessagesPill</name>
    <message numerus="yes">
        <source>%n new message(s)</source>
        <translation>
            <numerusform>%n mensaje nuevo</numerusform>
            <numerusform>%n mensajes nuevos</numerusform>
        </translation>
    </message>
    <message>
        <source>Go to the newest message</source>
        <translation>Ir al mensaje más reciente</translation>
    </message>
</context>
<context>
    <name>recado::ui::Passphrase</name>
    <message>
        <source>That is too short: at least 8 characters.</source>
        <translation>Demasiado corta: al menos 8 caracteres.</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>Las dos no son iguales.</translation>
    </message>
</context>
<context>
    <name>recado::ui::Rail</name>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>Solicitudes</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Apariencia</translation>
    </message>
    <message>
        <source>Your account</source>
        <translation>Tu cuenta</translation>
    </message>
    <message>
        <source>You are %1</source>
        <translation>Eres %1</translation>
    </message>
    <message>
        <source>Your account, %1</source>
        <translation>Tu cuenta, %1</translation>
    </message>
    <message>
        <source>Copy your address</source>
        <translation>Copiar tu dirección</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Como el sistema</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Clara</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Oscura</translation>
    </message>
</context>
<context>
    <name>recado::ui::RecoveryCodePage</name>
    <message>
        <source>Keep your recovery code</source>
        <translation>Guarda tu código de recuperación</translation>
    </message>
    <message>
        <source>It opens this profile when you lose the passphrase or the keychain. It is shown only now, and nobody can make it again. Whoever has it and this computer can read your messages.</source>
        <translation>Abre este perfil si pierdes la frase de contraseña o el llavero. Solo se muestra ahora y nadie puede volver a crearlo. Quien lo tenga junto con este equipo puede leer tus mensajes.</translation>
    </message>
    <message>
        <source>I have kept it</source>
        <translation>Ya lo guardé</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>Código de recuperación</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Copy the code, to keep it in a password manager</source>
        <translation>Copiar el código, para guardarlo en un gestor de contraseñas</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Guardar…</translation>
    </message>
    <message>
        <source>Save the code to a file, best not on this computer</source>
        <translation>Guardar el código en un archivo, mejor fuera de este equipo</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Copiado.</translation>
    </message>
    <message>
        <source>Save the recovery code</source>
        <translation>Guardar el código de recuperación</translation>
    </message>
    <message>
        <source>Recado recovery code</source>
        <translation>Código de recuperación de Recado</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Guardado.</translation>
    </message>
    <message>
        <source>It could not be saved there. Choose another place.</source>
        <translation>No se pudo guardar ahí. Elige otro lugar.</translation>
    </message>
</context>
<context>
    <name>recado::ui::RelayKeyDialog</name>
    <message>
        <source>The relay&apos;s key</source>
        <translation>La clave del servidor</translation>
    </message>
    <message>
        <source>Is this still your relay?</source>
        <translation>¿Sigue siendo este tu servidor?</translation>
    </message>
    <message>
        <source>The relay shows another key than the one you know. Perhaps it was set up anew. Perhaps someone is posing as it. Ask whoever runs the relay before you accept. Your messages stay encrypted either way.</source>
        <translation>El servidor muestra una clave distinta de la que conoces. Quizá se instaló de nuevo. Quizá alguien se hace pasar por él. Pregunta a quien lo administra antes de aceptar. Tus mensajes siguen cifrados en cualquier caso.</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Ahora no</translation>
    </message>
    <message>
        <source>Stay disconnected</source>
        <translation>Seguir sin conexión</translation>
    </message>
    <message>
        <source>Accept the new key</source>
        <translation>Aceptar la nueva clave</translation>
    </message>
    <message>
        <source>Trust the relay&apos;s new key and connect</source>
        <translation>Confiar en la nueva clave del servidor y conectar</translation>
    </message>
</context>
<context>
    <name>recado::ui::RequestBar</name>
    <message>
        <source>Delete</source>
        <translation>Eliminar</translation>
    </message>
    <message>
        <source>Delete the request and its messages from this device</source>
        <translation>Eliminar la solicitud y sus mensajes de este dispositivo</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Aceptar</translation>
    </message>
    <message>
        <source>Accept the request and write back</source>
        <translation>Aceptar la solicitud y responder</translation>
    </message>
    <message>
        <source>%1 wants to write to you</source>
        <translation>%1 quiere escribirte</translation>
    </message>
    <message>
        <source>You do not know %1 yet. Until you accept, they see neither that you are online nor that you have read this.</source>
        <translation>Aún no conoces a %1. Hasta que aceptes, no verá que estás en línea ni que has leído esto.</translation>
    </message>
</context>
<context>
    <name>recado::ui::SafetyNumberDialog</name>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Remove the mark</source>
        <translation>Quitar la marca</translation>
    </message>
    <message>
        <source>Go on without comparing</source>
        <translation>Seguir sin comparar</translation>
    </message>
    <message>
        <source>They are the same</source>
        <translation>Son iguales</translation>
    </message>
    <message>
        <source>Safety number</source>
        <translation>Número de seguridad</translation>
    </message>
    <message>
        <source>Safety number with %1</source>
        <translation>Número de seguridad con %1</translation>
    </message>
    <message>
        <source>Copy the number, to compare it somewhere else</source>
        <translation>Copiar el número, para compararlo en otro lugar</translation>
    </message>
    <message>
        <source>The number no longer counts as compared</source>
        <translation>El número deja de contar como comparado</translation>
    </message>
    <message>
        <source>Trust the new number as it is</source>
        <translation>Confiar en el nuevo número tal como está</translation>
    </message>
    <message>
        <source>Mark the number as compared</source>
        <translation>Marcar el número como comparado</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Copiado.</translation>
    </message>
    <message>
        <source>%1&apos;s safety number has changed</source>
        <translation>El número de seguridad de %1 ha cambiado</translation>
    </message>
    <message>
        <source>Perhaps %1 has a new device. Perhaps someone is posing as %1. Call or meet %1 and compare the new number before you go on.</source>
        <translation>Quizá %1 tiene un dispositivo nuevo. Quizá alguien se hace pasar por %1. Llama a %1 o queda con %1 y compara el nuevo número antes de seguir.</translation>
    </message>
    <message>
        <source>Compare this number with %1 in person or on a call. When it is the same on both sides, nobody reads along.</source>
        <translation>Compara este número con %1 en persona o por teléfono. Si es el mismo en ambos lados, nadie más lee la conversación.</translation>
    </message>
    <message>
        <source>The number will be known after the first message.</source>
        <translation>El número se conocerá después del primer mensaje.</translation>
    </message>
    <message>
        <source>You have compared it: it is the same.</source>
        <translation>Lo has comparado: es el mismo.</translation>
    </message>
    <message>
        <source>Sending waits for your decision.</source>
        <translation>El envío espera tu decisión.</translation>
    </message>
    <message>
        <source>You have not compared it yet.</source>
        <translation>Aún no lo has comparado.</translation>
    </message>
</context>
<context>
    <name>recado::ui::Time</name>
    <message>
        <source>Yesterday</source>
        <translation>Ayer</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Hoy</translation>
    </message>
    <message>
        <source>dddd, d MMMM</source>
        <translation>dddd, d &apos;de&apos; MMMM</translation>
    </message>
    <message>
        <source>d MMMM yyyy</source>
        <translation>d &apos;de&apos; MMMM &apos;de&apos; yyyy</translation>
    </message>
    <message>
        <source>last seen at %1</source>
        <translation>última vez a las %1</translation>
    </message>
    <message>
        <source>last seen yesterday at %1</source>
        <translation>última vez ayer a las %1</translation>
    </message>
    <message>
        <source>last seen on %1</source>
        <translation>última vez el %1</translation>
    </message>
    <message>
        <source>d MMMM</source>
        <translation>d &apos;de&apos; MMMM</translation>
    </message>
</context>
<context>
    <name>recado::ui::Timeline</name>
    <message>
        <source>Messages from %1 are missing here.</source>
        <translation>Aquí faltan mensajes de %1.</translation>
    </message>
    <message>
        <source>edited %1</source>
        <translation>editado %1</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>New messages</source>
        <translation>Mensajes nuevos</translation>
    </message>
</context>
<context>
    <name>recado::ui::TimelineView</name>
    <message>
        <source>Messages</source>
        <translation>Mensajes</translation>
    </message>
    <message>
        <source>Copy selection</source>
        <translation>Copiar selección</translation>
    </message>
    <message>
        <source>Copy text</source>
        <translation>Copiar texto</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Tú</translation>
    </message>
    <message>
        <source>in reply to: %1</source>
        <translation>en respuesta a: %1</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>editado</translation>
    </message>
</context>
<context>
    <name>recado::ui::UnlockPage</name>
    <message>
        <source>Passphrase</source>
        <translation>Frase de contraseña</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>Hola de nuevo</translation>
    </message>
    <message>
        <source>Your messages are locked on this computer.</source>
        <translation>Tus mensajes están bajo llave en este ordenador.</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>Desbloquear</translation>
    </message>
    <message>
        <source>Type the passphrase of this profile.</source>
        <translation>Escribe la frase de contraseña de este perfil.</translation>
    </message>
    <message>
        <source>Unlocking…</source>
        <translation>Desbloqueando…</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>Código de recuperación</translation>
    </message>
    <message>
        <source>Eight groups of four, as you kept them when you made this profile.</source>
        <translation>Ocho grupos de cuatro, como los guardaste al crear este perfil.</translation>
    </message>
    <message>
        <source>New passphrase</source>
        <translation>Nueva frase de contraseña</translation>
    </message>
    <message>
        <source>At least 8 characters. It opens the profile from now on.</source>
        <translation>Al menos 8 caracteres. Abre el perfil de ahora en adelante.</translation>
    </message>
    <message>
        <source>New passphrase again</source>
        <translation>Nueva frase de contraseña, otra vez</translation>
    </message>
    <message>
        <source>Your profile is locked</source>
        <translation>Tu perfil está bloqueado</translation>
    </message>
    <message>
        <source>The key in your system&apos;s keychain does not open it. Your recovery code does.</source>
        <translation>La clave del llavero del sistema no lo abre. Tu código de recuperación sí.</translation>
    </message>
    <message>
        <source>Your system&apos;s keychain does not give its key. Unlock the keychain and try again, or use your recovery code.</source>
        <translation>El llavero del sistema no entrega la clave. Desbloquea el llavero e inténtalo de nuevo, o usa tu código de recuperación.</translation>
    </message>
    <message>
        <source>Open with your recovery code</source>
        <translation>Abrir con tu código de recuperación</translation>
    </message>
    <message>
        <source>It opens this profile; from then on a new passphrase does, too.</source>
        <translation>Abre este perfil; a partir de entonces, también lo hará una nueva frase de contraseña.</translation>
    </message>
    <message>
        <source>Try the keychain again</source>
        <translation>Intentar de nuevo con el llavero</translation>
    </message>
    <message>
        <source>I know the passphrase</source>
        <translation>Recuerdo la frase de contraseña</translation>
    </message>
    <message>
        <source>I have lost the passphrase</source>
        <translation>Perdí la frase de contraseña</translation>
    </message>
    <message>
        <source>Type the code, or paste it.</source>
        <translation>Escribe o pega el código.</translation>
    </message>
    <message>
        <source>This code does not open the profile. Check each letter.</source>
        <translation>Este código no abre el perfil. Revisa cada letra.</translation>
    </message>
</context>
<context>
    <name>recado::ui::Words</name>
    <message>
        <source>Not sent: the safety number has changed.</source>
        <translation>No enviado: el número de seguridad ha cambiado.</translation>
    </message>
    <message>
        <source>Not sent: this account no longer exists.</source>
        <translation>No enviado: esta cuenta ya no existe.</translation>
    </message>
    <message>
        <source>Not sent: their mailbox is full.</source>
        <translation>No enviado: su buzón está lleno.</translation>
    </message>
    <message>
        <source>Not sent: the relay is busy.</source>
        <translation>No enviado: el servidor está ocupado.</translation>
    </message>
    <message>
        <source>Not sent: the relay did not answer.</source>
        <translation>No enviado: el servidor no respondió.</translation>
    </message>
    <message>
        <source>Not sent: it is too long for this relay.</source>
        <translation>No enviado: es demasiado largo para este servidor.</translation>
    </message>
    <message>
        <source>Not sent: the relay does not allow it.</source>
        <translation>No enviado: el servidor no lo permite.</translation>
    </message>
    <message>
        <source>Not sent.</source>
        <translation>No enviado.</translation>
    </message>
    <message>
        <source>This username is taken. Choose another.</source>
        <translation>Este nombre de usuario ya está ocupado. Elige otro.</translation>
    </message>
    <message>
        <source>This relay takes no new accounts.</source>
        <translation>Este servidor no acepta cuentas nuevas.</translation>
    </message>
    <message>
        <source>This relay needs an invitation, and this one is not valid. Ask for a new link.</source>
        <translation>Este servidor exige una invitación, y esta no es válida. Pide un enlace nuevo.</translation>
    </message>
    <message>
        <source>Nobody has this address. Check how it is written.</source>
        <translation>Nadie tiene esta dirección. Comprueba cómo está escrita.</translation>
    </message>
    <message>
        <source>The relay does not answer. Check the address and your connection.</source>
        <translation>El servidor no responde. Comprueba la dirección y tu conexión.</translation>
    </message>
    <message>
        <source>The relay is busy. Try again in a moment.</source>
        <translation>El servidor está ocupado. Inténtalo de nuevo en un momento.</translation>
    </message>
    <message>
        <source>This passphrase does not open the profile.</source>
        <translation>Esta frase de contraseña no abre el perfil.</translation>
    </message>
    <message>
        <source>Another program has this profile open. Close it and try again.</source>
        <translation>Otro programa tiene abierto este perfil. Ciérralo e inténtalo de nuevo.</translation>
    </message>
    <message>
        <source>The profile&apos;s data is damaged. Nothing was changed in it.</source>
        <translation>Los datos del perfil están dañados. No se ha cambiado nada en ellos.</translation>
    </message>
    <message>
        <source>The disk refused to write. Check its free space and your permissions.</source>
        <translation>El disco no permite escribir. Comprueba el espacio libre y tus permisos.</translation>
    </message>
    <message>
        <source>The relay does not recognise this device.</source>
        <translation>El servidor no reconoce este dispositivo.</translation>
    </message>
    <message>
        <source>The relay speaks another version. Update Recado and try again.</source>
        <translation>El servidor habla otra versión. Actualiza Recado e inténtalo de nuevo.</translation>
    </message>
    <message>
        <source>The relay shows another key than before. Ask who runs it.</source>
        <translation>El servidor muestra una clave distinta de la anterior. Pregunta a quien lo administra.</translation>
    </message>
    <message>
        <source>This text is too long. Send it in parts.</source>
        <translation>Este texto es demasiado largo. Envíalo por partes.</translation>
    </message>
    <message>
        <source>Decide on the changed safety number first.</source>
        <translation>Decide antes sobre el número de seguridad que ha cambiado.</translation>
    </message>
    <message>
        <source>This is not a complete address.</source>
        <translation>Esta dirección no está completa.</translation>
    </message>
    <message>
        <source>This did not work. Try again.</source>
        <translation>No ha funcionado. Inténtalo de nuevo.</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Enviando</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviado</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>Entregado</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>Leído</translation>
    </message>
    <message>
        <source>Not sent</source>
        <translation>No enviado</translation>
    </message>
    <message>
        <source>You deleted this message.</source>
        <translation>Has eliminado este mensaje.</translation>
    </message>
    <message>
        <source>This message was deleted.</source>
        <translation>Este mensaje fue eliminado.</translation>
    </message>
    <message>
        <source>This message could not be decrypted. It has been asked for again.</source>
        <translation>No se pudo descifrar este mensaje. Se ha pedido de nuevo.</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Imagen</translation>
    </message>
    <message>
        <source>Video</source>
        <translation>Vídeo</translation>
    </message>
    <message>
        <source>Voice message</source>
        <translation>Mensaje de voz</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Archivo</translation>
    </message>
    <message>
        <source>The system&apos;s keychain does not give the key. Unlock it and try again.</source>
        <translation>El llavero del sistema no entrega la clave. Desbloquéalo e inténtalo de nuevo.</translation>
    </message>
    <message>
        <source>Other people on this computer may read the profile&apos;s key file. Take that right away from them (mode 0600) and try again.</source>
        <translation>Otras personas de este equipo pueden leer el archivo de clave del perfil. Quítales ese permiso (modo 0600) e inténtalo de nuevo.</translation>
    </message>
    <message>
        <source>The key does not open the profile&apos;s database: it belongs to another one, or the database is damaged. Nothing was changed.</source>
        <translation>La clave no abre la base de datos del perfil: es de otra, o la base de datos está dañada. No se cambió nada.</translation>
    </message>
    <message>
        <source>The profile&apos;s folder cannot be used. It must be a folder of your own, on a disk with free space.</source>
        <translation>La carpeta del perfil no se puede usar. Debe ser una carpeta tuya, en un disco con espacio libre.</translation>
    </message>
    <message>
        <source>A newer Recado wrote this profile. Update Recado and try again.</source>
        <translation>Un Recado más nuevo escribió este perfil. Actualiza Recado e inténtalo de nuevo.</translation>
    </message>
</context>
</TS>
