package dev.plumbline.build;

import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Some libraries look at every start for classes that this program never has: picocli for Groovy, jnr-ffi for another
 * platform, jffi for a class of Java 8, and for whom to give traces that nobody reads. To find that a class is not
 * there Java opens every jar, which takes longer the more of them there are: 40 ms with those of JGit and BouncyCastle.
 * Here they hear at once that it is not there, and there are no traces.
 */
final class AbsentClasses {

    private static final Set<String> CONCERNED = Set.of("picocli/CommandLine$DefaultFactory.class",
            "jnr/ffi/Platform.class", "com/kenai/jffi/internal/Cleaner.class",
            "com/kenai/jffi/internal/StubLoader.class");
    /** The last text before the call: the name, or its end. */
    private static final Set<String> NAMES = Set.of("groovy.lang.Closure", "$Platform", "sun.misc.Cleaner");

    private AbsentClasses() {}

    static boolean isConcerned(String entry) {
        return CONCERNED.contains(entry);
    }

    static byte[] of(byte[] content, ClassLoader types) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            @Override
            protected ClassLoader getClassLoader() {
                return types;
            }
        };
        new ClassReader(content).accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                    String[] exceptions) {
                return new NotFound(super.visitMethod(access, name, descriptor, signature, exceptions));
            }
        }, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }

    /** Throws what {@link Class#forName(String)} would throw, and traces nothing. */
    private static final class NotFound extends MethodVisitor {

        private static final String EXCEPTION = "java/lang/ClassNotFoundException";

        private Object constant = "";

        private NotFound(MethodVisitor method) {
            super(Opcodes.ASM9, method);
        }

        @Override
        public void visitLdcInsn(Object value) {
            constant = value;
            super.visitLdcInsn(value);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (owner.equals("java/util/logging/Logger")) {
                // getLogger(name) gives null, which only finest(text) is asked of.
                super.visitInsn(name.equals("getLogger") ? Opcodes.POP : Opcodes.POP2);
                if (name.equals("getLogger")) {
                    super.visitInsn(Opcodes.ACONST_NULL);
                }
                return;
            }
            if (!owner.equals("java/lang/Class") || !name.equals("forName") || !NAMES.contains(constant)) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                return;
            }
            super.visitInsn(Opcodes.POP);
            super.visitTypeInsn(Opcodes.NEW, EXCEPTION);
            super.visitInsn(Opcodes.DUP);
            super.visitMethodInsn(Opcodes.INVOKESPECIAL, EXCEPTION, "<init>", "()V", false);
            super.visitInsn(Opcodes.ATHROW);
        }
    }
}
