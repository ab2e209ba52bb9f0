package org.stellwerk.runtime.runner;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Rewrites classes of user code so that calls that would end the JVM go to {@link ExitCalls}:
 * System.exit, Runtime.exit and Runtime.halt, called, as method references, or by Method.invoke.
 * Java has no SecurityManager any more that could refuse them.
 *
 * <p>A class without such calls, which its constant pool tells, is left as it is, so that hardly
 * any class is touched. The changes have no branches and leave the stack as it was: nothing else of
 * a method changes, and no other class is looked at. Method.invoke itself stays where it is,
 * because it looks at its caller.
 */
final class ExitRewriter {

  private static final int API = Opcodes.ASM9;
  private static final int METHOD_REFERENCE = 10;
  private static final String CALLS = "org/stellwerk/runtime/runner/ExitCalls";
  private static final String METHOD = "java/lang/reflect/Method";
  private static final String INVOKE = "invoke";

  private ExitRewriter() {}

  /** Whether the method ends the JVM. */
  static boolean isExit(String className, String methodName) {
    return switch (className) {
      case "java.lang.System" -> methodName.equals("exit");
      case "java.lang.Runtime" -> methodName.equals("exit") || methodName.equals("halt");
      default -> false;
    };
  }

  /** The class file to be loaded in the place of this one; often the same array. */
  static byte[] rewrite(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    if (!callsExit(reader)) {
      return classFile;
    }
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new Rewriting(writer), 0);
    return writer.toByteArray();
  }

  private static boolean callsExit(ClassReader reader) {
    char[] buffer = new char[reader.getMaxStringLength()];
    for (int i = 1; i < reader.getItemCount(); i++) {
      int entry = reader.getItem(i);
      if (entry == 0 || reader.readByte(entry - 1) != METHOD_REFERENCE) {
        continue;
      }
      String owner = reader.readClass(entry, buffer);
      int nameAndType = reader.getItem(reader.readUnsignedShort(entry + 2));
      if (concerns(owner, reader.readUTF8(nameAndType, buffer))) {
        return true;
      }
    }
    return false;
  }

  private static boolean concerns(String owner, String name) {
    return isExit(owner.replace('/', '.'), name) || (owner.equals(METHOD) && name.equals(INVOKE));
  }

  private static final class Rewriting extends ClassVisitor {

    Rewriting(ClassWriter writer) {
      super(API, writer);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new Calls(super.visitMethod(access, name, descriptor, signature, exceptions));
    }
  }

  private static final class Calls extends MethodVisitor {

    private int moreStack;

    Calls(MethodVisitor next) {
      super(API, next);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (isExit(owner.replace('/', '.'), name)) {
        String guarded = opcode == Opcodes.INVOKESTATIC ? descriptor : withReceiver(descriptor);
        super.visitMethodInsn(Opcodes.INVOKESTATIC, CALLS, name, guarded, false);
        return;
      }
      if (owner.equals(METHOD) && name.equals(INVOKE)) {
        checkReceiver();
      }
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    /** With method, target and arguments on the stack: has the method checked, and leaves them. */
    private void checkReceiver() {
      moreStack = 2;
      super.visitInsn(Opcodes.DUP2_X1);
      super.visitInsn(Opcodes.POP2);
      super.visitInsn(Opcodes.DUP);
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC, CALLS, "checkInvoked", "(L" + METHOD + ";)V", false);
      super.visitInsn(Opcodes.DUP_X2);
      super.visitInsn(Opcodes.POP);
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      super.visitMaxs(maxStack + moreStack, maxLocals);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, guarded(arguments));
    }

    @Override
    public void visitLdcInsn(Object value) {
      super.visitLdcInsn(guarded(value));
    }

    private static Object[] guarded(Object[] constants) {
      List<Object> all = new ArrayList<>(constants.length);
      for (Object constant : constants) {
        all.add(guarded(constant));
      }
      return all.toArray();
    }

    private static Object guarded(Object constant) {
      if (constant instanceof Handle handle && isExit(ownerOf(handle), handle.getName())) {
        boolean isStatic = handle.getTag() == Opcodes.H_INVOKESTATIC;
        return new Handle(
            Opcodes.H_INVOKESTATIC,
            CALLS,
            handle.getName(),
            isStatic ? handle.getDesc() : withReceiver(handle.getDesc()),
            false);
      }
      if (constant instanceof ConstantDynamic dynamic) {
        Object[] arguments = new Object[dynamic.getBootstrapMethodArgumentCount()];
        for (int i = 0; i < arguments.length; i++) {
          arguments[i] = dynamic.getBootstrapMethodArgument(i);
        }
        return new ConstantDynamic(
            dynamic.getName(),
            dynamic.getDescriptor(),
            dynamic.getBootstrapMethod(),
            guarded(arguments));
      }
      return constant;
    }

    private static String ownerOf(Handle handle) {
      return Type.getObjectType(handle.getOwner()).getClassName();
    }

    private static String withReceiver(String descriptor) {
      return "(Ljava/lang/Runtime;" + descriptor.substring(1);
    }
  }
}
