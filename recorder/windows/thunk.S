// Entry stubs, the thunk that all of them go through, and the guarded memory accesses.
//
// No code is made at run time: with HVCI no page can be both written and executed. Hence a fixed
// number of stubs, each of which loads its number and jumps.

// As in hook_stubs.h.
        .equ    STUB_COUNT, 4096

        .text
        .globl  ddirec_stubs
        .p2align 4
ddirec_stubs:
        // A stub has no unwind data, and needs none: it is a leaf that leaves rsp alone.
        // eax carries no argument on Windows, not even for "..." (only __chkstk takes one in rax).
        .set    number, 0
        .rept   STUB_COUNT
        movl    $number, %eax
        jmp     ddirec_thunk
        .p2align 4
        .set    number, number + 1
        .endr

// The thunk's frame, from rsp up: home space of its callees, a copy of the stack arguments, the
// CallFrame (recorder/core/call_frame.h), and padding: rsp is 8 off a multiple of 16 on entry.
        .equ    COPIED_ARGUMENTS, 0x20
        .equ    FRAME, 0xa0
        .equ    FRAME_BYTES, 0x248

        .equ    REGISTERS, FRAME + 0x00
        .equ    VECTORS, FRAME + 0x20
        .equ    STACK_POINTER, FRAME + 0x60
        .equ    RESULT, FRAME + 0x68
        .equ    VECTOR_RESULT, FRAME + 0x70
        .equ    TARGET, FRAME + 0x80
        .equ    SLOT, FRAME + 0x88
        .equ    ACTION, FRAME + 0x8c
        .equ    STACK_ARGUMENTS, FRAME + 0x8d

        // Where the caller's fifth argument stands: behind return address and home space.
        .equ    CALLER_ARGUMENTS, FRAME_BYTES + 0x28

        .globl  ddirec_thunk
        .seh_proc ddirec_thunk
        .seh_handler ddirec_thunk_unwound, @unwind
        .p2align 4
ddirec_thunk:
        subq    $FRAME_BYTES, %rsp
        .seh_stackalloc FRAME_BYTES
        .seh_endprologue
        movq    %rcx, REGISTERS + 0x00(%rsp)
        movq    %rdx, REGISTERS + 0x08(%rsp)
        movq    %r8, REGISTERS + 0x10(%rsp)
        movq    %r9, REGISTERS + 0x18(%rsp)
        movaps  %xmm0, VECTORS + 0x00(%rsp)
        movaps  %xmm1, VECTORS + 0x10(%rsp)
        movaps  %xmm2, VECTORS + 0x20(%rsp)
        movaps  %xmm3, VECTORS + 0x30(%rsp)
        leaq    FRAME_BYTES(%rsp), %rcx
        movq    %rcx, STACK_POINTER(%rsp)
        movl    %eax, SLOT(%rsp)
        leaq    FRAME(%rsp), %rcx
        call    ddirec_on_entry

        movq    TARGET(%rsp), %rax
        movaps  VECTORS + 0x00(%rsp), %xmm0
        movaps  VECTORS + 0x10(%rsp), %xmm1
        movaps  VECTORS + 0x20(%rsp), %xmm2
        movaps  VECTORS + 0x30(%rsp), %xmm3
        cmpb    $0, ACTION(%rsp)
        jne     .Lcall
        movq    REGISTERS + 0x00(%rsp), %rcx
        movq    REGISTERS + 0x08(%rsp), %rdx
        movq    REGISTERS + 0x10(%rsp), %r8
        movq    REGISTERS + 0x18(%rsp), %r9
        addq    $FRAME_BYTES, %rsp
        // An unwinder that finds us between these two instructions recognises the epilogue by their
        // bytes: a jump through a register counts as one only with a REX.W prefix.
        rex.W jmp *%rax

.Lcall:
        movzbl  STACK_ARGUMENTS(%rsp), %r10d
        testl   %r10d, %r10d
        jz      .Lcopied
.Lcopy:
        movq    CALLER_ARGUMENTS - 8(%rsp, %r10, 8), %r11
        movq    %r11, COPIED_ARGUMENTS - 8(%rsp, %r10, 8)
        decl    %r10d
        jnz     .Lcopy
.Lcopied:
        movq    REGISTERS + 0x00(%rsp), %rcx
        movq    REGISTERS + 0x08(%rsp), %rdx
        movq    REGISTERS + 0x10(%rsp), %r8
        movq    REGISTERS + 0x18(%rsp), %r9
        call    *%rax
        movq    %rax, RESULT(%rsp)
        movaps  %xmm0, VECTOR_RESULT(%rsp)
        leaq    FRAME(%rsp), %rcx
        call    ddirec_on_exit
        movq    RESULT(%rsp), %rax
        movaps  VECTOR_RESULT(%rsp), %xmm0
        addq    $FRAME_BYTES, %rsp
        ret
        .globl  ddirec_thunk_end
ddirec_thunk_end:
        .seh_endproc

// An exception, or RtlUnwind, passes through the thunk on its way out:
// EXCEPTION_DISPOSITION (PEXCEPTION_RECORD, PVOID EstablisherFrame, PCONTEXT, PDISPATCHER_CONTEXT).
// The thunk has no frame pointer, so the establisher frame is its rsp.
        .seh_proc ddirec_thunk_unwound
        .p2align 4
ddirec_thunk_unwound:
        subq    $0x28, %rsp
        .seh_stackalloc 0x28
        .seh_endprologue
        leaq    FRAME(%rdx), %rcx
        call    ddirec_on_unwind
        movl    $1, %eax                // ExceptionContinueSearch
        addq    $0x28, %rsp
        ret
        .seh_endproc

// bool ddirec_guarded_read(address, bytes, uint64_t* value)
// bool ddirec_guarded_write(address, value)
// bool ddirec_guarded_replace(address, expected, value)
// A fault at the access ends in the landing, which returns false.
        .globl  ddirec_guarded_read
        .seh_proc ddirec_guarded_read
        .seh_handler __C_specific_handler, @except
        .p2align 4
ddirec_guarded_read:
        subq    $0x28, %rsp
        .seh_stackalloc 0x28
        .seh_endprologue
        cmpl    $2, %edx
        jb      .Lread1
        je      .Lread2
        cmpl    $4, %edx
        je      .Lread4
.Lread_begin:
        movq    (%rcx), %rax
        jmp     .Lread_done
.Lread1:
        movzbl  (%rcx), %eax
        jmp     .Lread_done
.Lread2:
        movzwl  (%rcx), %eax
        jmp     .Lread_done
.Lread4:
        movl    (%rcx), %eax
.Lread_done:
        movq    %rax, (%r8)
.Lread_end:
        movl    $1, %eax
        addq    $0x28, %rsp
        ret
.Lread_failed:
        xorl    %eax, %eax
        addq    $0x28, %rsp
        ret
        .seh_handlerdata
        .long   1
        .rva    .Lread_begin, .Lread_end
        .long   1                       // the filter: EXCEPTION_EXECUTE_HANDLER
        .rva    .Lread_failed
        .text
        .seh_endproc

        .globl  ddirec_guarded_write
        .seh_proc ddirec_guarded_write
        .seh_handler __C_specific_handler, @except
        .p2align 4
ddirec_guarded_write:
        subq    $0x28, %rsp
        .seh_stackalloc 0x28
        .seh_endprologue
.Lwrite_begin:
        movq    %rdx, (%rcx)
.Lwrite_end:
        movl    $1, %eax
        addq    $0x28, %rsp
        ret
.Lwrite_failed:
        xorl    %eax, %eax
        addq    $0x28, %rsp
        ret
        .seh_handlerdata
        .long   1
        .rva    .Lwrite_begin, .Lwrite_end
        .long   1
        .rva    .Lwrite_failed
        .text
        .seh_endproc

        .globl  ddirec_guarded_replace
        .seh_proc ddirec_guarded_replace
        .seh_handler __C_specific_handler, @except
        .p2align 4
ddirec_guarded_replace:
        subq    $0x28, %rsp
        .seh_stackalloc 0x28
        .seh_endprologue
        movq    %rdx, %rax
.Lreplace_begin:
        lock cmpxchgq %r8, (%rcx)
.Lreplace_end:
        sete    %al
        movzbl  %al, %eax
        addq    $0x28, %rsp
        ret
.Lreplace_failed:
        xorl    %eax, %eax
        addq    $0x28, %rsp
        ret
        .seh_handlerdata
        .long   1
        .rva    .Lreplace_begin, .Lreplace_end
        .long   1
        .rva    .Lreplace_failed
        .text
        .seh_endproc
