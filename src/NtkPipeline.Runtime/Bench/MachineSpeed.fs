namespace NtkPipeline.Runtime

open System
open System.Numerics
open System.Runtime.CompilerServices
open System.Threading

/// How fast this machine is, as far as `Workload` counts.
[<RequireQualifiedAccess>]
module MachineSpeed =

    /// What LibTorch's products of float32 matrices reach of a processor's multiply-adds in registers: 0.7 to 1 where both were measured,
    /// by their size and what else the machine did.
    let private reached = 0.85

    let private chains = 8

    /// Of each thread in a trial: some 3 ms, which a clock's grain hardly changes.
    let private steps = 1_000_000

    let private trials = 3

    /// Chains of multiply-adds that wait for nothing but themselves: as many as two units with a delay of four cycles keep at work.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization ||| MethodImplOptions.NoInlining)>]
    let private multiplyAdd (steps: int) : float32 =
        let half = Vector<float32>(0.5f)
        let mutable a = Vector<float32>(1.0f)
        let mutable b = a
        let mutable c = a
        let mutable d = a
        let mutable e = a
        let mutable f = a
        let mutable g = a
        let mutable h = a

        for _ in 1..steps do
            a <- Vector.FusedMultiplyAdd(a, half, half)
            b <- Vector.FusedMultiplyAdd(b, half, half)
            c <- Vector.FusedMultiplyAdd(c, half, half)
            d <- Vector.FusedMultiplyAdd(d, half, half)
            e <- Vector.FusedMultiplyAdd(e, half, half)
            f <- Vector.FusedMultiplyAdd(f, half, half)
            g <- Vector.FusedMultiplyAdd(g, half, half)
            h <- Vector.FusedMultiplyAdd(h, half, half)

        Vector.Sum(a + b + c + d + e + f + g + h)

    let private sideBySide (threads: int) =
        let all = Array.init threads (fun _ -> Thread(fun () -> multiplyAdd steps |> ignore))

        for thread in all do
            thread.Start()

        for thread in all do
            thread.Join()

    /// 10⁹ operations a second of plain float32 products, counted as 2n³, by so many threads (0: one a processor), if the machine has
    /// nothing else to do: what is counted is the time that the threads are given, not the time that passes, which on a busy machine was
    /// five to ten times as long. The best of several trials, which together take some 10 ms; LibTorch is not asked, whose loading alone
    /// takes more than a second.
    let gigaflops (threads: int) : float =
        let threads = if threads = 0 then Environment.ProcessorCount else threads
        sideBySide threads

        let seconds = List.init trials (fun _ -> Clock.processor (fun () -> sideBySide threads)) |> List.min

        let operations = 2.0 * float (Vector<float32>.Count * chains) * float steps * float threads
        // A clock of a coarse grain may say that nothing was taken.
        reached * float threads * operations / max seconds 1e-3 / 1e9
