package dev.plumbline.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.JSRInlinerAdapter;

/**
 * The JVM keeps two sorts of classes out of its AOT cache: those of class files older than version 50, which need the
 * old verifier, and those of signed jars. This copies such a jar so that its classes can be archived: raised to version
 * 52 (Java 8) with stack map frames computed, signatures taken away.
 */
final class ArchivableJar {

    private static final int OLDEST_ARCHIVED = Opcodes.V1_6;
    private static final int RAISED = Opcodes.V1_8;

    private ArchivableJar() {}

    /**
     * Copies a jar if it has to be changed; returns false, with nothing written, if it can be used as it is.
     *
     * @param own the program's own jar, which also gets {@link DirectCode}
     */
    static boolean copy(Path from, Path to, boolean own) throws IOException {
        // Not verified: some signed jars have entries without a digest, and who may publish them is Maven's to check.
        try (JarFile jar = new JarFile(from.toFile(), false)) {
            if (!own && !needsChange(jar)) {
                return false;
            }
            try (URLClassLoader types = new URLClassLoader(new URL[] {from.toUri().toURL()},
                            ArchivableJar.class.getClassLoader());
                    OutputStream out = Files.newOutputStream(to);
                    JarOutputStream written = new JarOutputStream(out)) {
                Enumeration<JarEntry> entries = jar.entries();
                while (entries.hasMoreElements()) {
                    JarEntry entry = entries.nextElement();
                    if (isSignature(entry.getName())) {
                        continue;
                    }
                    JarEntry copy = new JarEntry(entry.getName());
                    copy.setTime(entry.getTime());
                    written.putNextEntry(copy);
                    write(jar, entry, written, types, own);
                    written.closeEntry();
                }
            }
            return true;
        }
    }

    private static void write(JarFile jar, JarEntry entry, OutputStream written, ClassLoader types, boolean own)
            throws IOException {
        if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
            withoutDigests(jar.getManifest()).write(written);
            return;
        }
        try (InputStream in = jar.getInputStream(entry)) {
            byte[] content = in.readAllBytes();
            if (own && entry.getName().endsWith(".class")) {
                written.write(DirectCode.of(content, types));
            } else {
                byte[] raised = isOldClass(entry.getName(), content) ? raise(content, types) : content;
                written.write(AbsentClasses.isConcerned(entry.getName()) ? AbsentClasses.of(raised, types) : raised);
            }
        }
    }

    private static boolean needsChange(JarFile jar) throws IOException {
        Enumeration<JarEntry> entries = jar.entries();
        while (entries.hasMoreElements()) {
            JarEntry entry = entries.nextElement();
            if (isSignature(entry.getName()) || AbsentClasses.isConcerned(entry.getName())) {
                return true;
            }
            if (entry.getName().endsWith(".class")) {
                try (InputStream in = jar.getInputStream(entry)) {
                    if (isOldClass(entry.getName(), in.readNBytes(8))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean isSignature(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return upper.startsWith("META-INF/")
                && (upper.endsWith(".SF") || upper.endsWith(".RSA") || upper.endsWith(".DSA") || upper.endsWith(".EC"));
    }

    private static boolean isOldClass(String name, byte[] content) {
        return name.endsWith(".class") && ((content[6] & 0xff) << 8 | content[7] & 0xff) < OLDEST_ARCHIVED;
    }

    private static Manifest withoutDigests(Manifest manifest) {
        for (Attributes attributes : manifest.getEntries().values()) {
            attributes.keySet().removeIf(key -> key.toString().toUpperCase(Locale.ROOT).endsWith("-DIGEST"));
        }
        return manifest;
    }

    private static byte[] raise(byte[] content, ClassLoader types) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            @Override
            protected ClassLoader getClassLoader() {
                return types;
            }
        };
        ClassVisitor raising = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(int version, int access, String name, String signature, String superName,
                    String[] interfaces) {
                super.visit(RAISED, access, name, signature, superName, interfaces);
            }

            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                    String[] exceptions) {
                MethodVisitor method = super.visitMethod(access, name, descriptor, signature, exceptions);
                return new JSRInlinerAdapter(method, access, name, descriptor, signature, exceptions);
            }
        };
        new ClassReader(content).accept(raising, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }
}
