package dev.plumbline.build;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * The AOT cache of Java 25 holds what lambdas and string concatenation bootstrap, but not {@code equals} and
 * {@code hashCode} of records, nor switches over types: Java makes classes for these at every start, at about a
 * millisecond each. This puts ordinary code in their place, with the same meaning: that of
 * {@link java.lang.runtime.ObjectMethods} and {@link java.lang.runtime.SwitchBootstraps#typeSwitch}.
 */
final class DirectCode {

    private static final String RECORDS = "java/lang/runtime/ObjectMethods";
    private static final String SWITCHES = "java/lang/runtime/SwitchBootstraps";
    private static final int HELPER = Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC;

    private final ClassNode type = new ClassNode();
    private final List<MethodNode> added = new ArrayList<>();

    private DirectCode(byte[] content) {
        new ClassReader(content).accept(type, ClassReader.SKIP_FRAMES);
    }

    /**
     * The class with ordinary code; the same bytes if there is nothing to replace.
     *
     * @param types finds the classes that it refers to
     */
    static byte[] of(byte[] content, ClassLoader types) {
        var code = new DirectCode(content);
        for (var method : List.copyOf(code.type.methods)) {
            for (var instruction : method.instructions.toArray()) {
                if (instruction instanceof InvokeDynamicInsnNode call) {
                    code.replace(method, call);
                }
            }
        }
        if (code.added.isEmpty()) {
            return content;
        }
        code.type.methods.addAll(code.added);
        var writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            @Override
            protected ClassLoader getClassLoader() {
                return types;
            }
        };
        code.type.accept(writer);
        return writer.toByteArray();
    }

    private void replace(MethodNode method, InvokeDynamicInsnNode call) {
        boolean record = call.bsm.getOwner().equals(RECORDS);
        boolean typeSwitch = call.bsm.getOwner().equals(SWITCHES) && call.name.equals("typeSwitch")
                && List.of(call.bsmArgs).stream().allMatch(label -> label instanceof Type);
        if (!typeSwitch && !(record && (call.name.equals("equals") || call.name.equals("hashCode")))) {
            return;
        }
        var helper = new MethodNode(HELPER, "direct$" + call.name + "$" + added.size(), call.desc, null, null);
        helper.visitCode();
        if (typeSwitch) {
            typeSwitch(helper, call.bsmArgs);
        } else if (call.name.equals("equals")) {
            equality(helper, call.bsmArgs);
        } else {
            hash(helper, call.bsmArgs);
        }
        helper.visitMaxs(0, 0);
        helper.visitEnd();
        added.add(helper);
        boolean inInterface = (type.access & Opcodes.ACC_INTERFACE) != 0;
        method.instructions.set(call,
                new MethodInsnNode(Opcodes.INVOKESTATIC, type.name, helper.name, call.desc, inInterface));
    }

    /** The index of the first label from the second argument on that the first is an instance of; -1 for null. */
    private static void typeSwitch(MethodVisitor code, Object[] labels) {
        var present = new Label();
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitJumpInsn(Opcodes.IFNONNULL, present);
        code.visitInsn(Opcodes.ICONST_M1);
        code.visitInsn(Opcodes.IRETURN);
        code.visitLabel(present);
        for (int i = 0; i < labels.length; i++) {
            var next = new Label();
            code.visitVarInsn(Opcodes.ILOAD, 1);
            code.visitLdcInsn(i);
            code.visitJumpInsn(Opcodes.IF_ICMPGT, next);
            code.visitVarInsn(Opcodes.ALOAD, 0);
            code.visitTypeInsn(Opcodes.INSTANCEOF, ((Type) labels[i]).getInternalName());
            code.visitJumpInsn(Opcodes.IFEQ, next);
            code.visitLdcInsn(i);
            code.visitInsn(Opcodes.IRETURN);
            code.visitLabel(next);
        }
        code.visitLdcInsn(labels.length);
        code.visitInsn(Opcodes.IRETURN);
    }

    private static void equality(MethodVisitor code, Object[] arguments) {
        var record = ((Type) arguments[0]).getInternalName();
        var other = new Label();
        var comparable = new Label();
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitVarInsn(Opcodes.ALOAD, 1);
        code.visitJumpInsn(Opcodes.IF_ACMPNE, other);
        code.visitInsn(Opcodes.ICONST_1);
        code.visitInsn(Opcodes.IRETURN);
        code.visitLabel(other);
        code.visitVarInsn(Opcodes.ALOAD, 1);
        code.visitTypeInsn(Opcodes.INSTANCEOF, record);
        code.visitJumpInsn(Opcodes.IFNE, comparable);
        code.visitInsn(Opcodes.ICONST_0);
        code.visitInsn(Opcodes.IRETURN);
        code.visitLabel(comparable);
        for (var field : fields(arguments)) {
            var same = new Label();
            code.visitVarInsn(Opcodes.ALOAD, 0);
            get(code, field);
            code.visitVarInsn(Opcodes.ALOAD, 1);
            code.visitTypeInsn(Opcodes.CHECKCAST, record);
            get(code, field);
            switch (Type.getType(field.getDesc()).getSort()) {
                case Type.INT, Type.SHORT, Type.BYTE, Type.CHAR, Type.BOOLEAN ->
                        code.visitJumpInsn(Opcodes.IF_ICMPEQ, same);
                case Type.LONG -> {
                    code.visitInsn(Opcodes.LCMP);
                    code.visitJumpInsn(Opcodes.IFEQ, same);
                }
                case Type.FLOAT -> compared(code, "java/lang/Float", "(FF)I", same);
                case Type.DOUBLE -> compared(code, "java/lang/Double", "(DD)I", same);
                default -> {
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, "java/util/Objects", "equals",
                            "(Ljava/lang/Object;Ljava/lang/Object;)Z", false);
                    code.visitJumpInsn(Opcodes.IFNE, same);
                }
            }
            code.visitInsn(Opcodes.ICONST_0);
            code.visitInsn(Opcodes.IRETURN);
            code.visitLabel(same);
        }
        code.visitInsn(Opcodes.ICONST_1);
        code.visitInsn(Opcodes.IRETURN);
    }

    private static void compared(MethodVisitor code, String boxed, String descriptor, Label same) {
        code.visitMethodInsn(Opcodes.INVOKESTATIC, boxed, "compare", descriptor, false);
        code.visitJumpInsn(Opcodes.IFEQ, same);
    }

    private static void hash(MethodVisitor code, Object[] arguments) {
        code.visitInsn(Opcodes.ICONST_0);
        for (var field : fields(arguments)) {
            code.visitIntInsn(Opcodes.BIPUSH, 31);
            code.visitInsn(Opcodes.IMUL);
            code.visitVarInsn(Opcodes.ALOAD, 0);
            get(code, field);
            var kind = Type.getType(field.getDesc());
            var owner = switch (kind.getSort()) {
                case Type.INT -> "java/lang/Integer";
                case Type.SHORT -> "java/lang/Short";
                case Type.BYTE -> "java/lang/Byte";
                case Type.CHAR -> "java/lang/Character";
                case Type.BOOLEAN -> "java/lang/Boolean";
                case Type.LONG -> "java/lang/Long";
                case Type.FLOAT -> "java/lang/Float";
                case Type.DOUBLE -> "java/lang/Double";
                default -> "java/util/Objects";
            };
            var taken = kind.getSort() < Type.ARRAY ? field.getDesc() : "Ljava/lang/Object;";
            code.visitMethodInsn(Opcodes.INVOKESTATIC, owner, "hashCode", "(" + taken + ")I", false);
            code.visitInsn(Opcodes.IADD);
        }
        code.visitInsn(Opcodes.IRETURN);
    }

    private static List<Handle> fields(Object[] arguments) {
        var fields = new ArrayList<Handle>();
        for (int i = 2; i < arguments.length; i++) {
            fields.add((Handle) arguments[i]);
        }
        return fields;
    }

    private static void get(MethodVisitor code, Handle field) {
        code.visitFieldInsn(Opcodes.GETFIELD, field.getOwner(), field.getName(), field.getDesc());
    }
}
