namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// The kernel of texts, as somebody asks for it: the counterpart of `KernelRequest` for inputs that are sequences.
[<RequireQualifiedAccess>]
module SequenceRequest =

    /// Raised when the same request would give other bytes.
    let private version = "ntk-kernel-texts/2"

    /// Bytes of the entries of distinct tokens, past which larger tiles save nothing more.
    let private mostOfTokens = 3e8

    let private sides = [ 512; 256; 128; 64; 32; 16; 8; 4; 2; 1 ]

    let private plan
        (precision: Precision<'t>)
        (convert: float -> 't)
        (memory: float)
        (kind: KernelKind)
        (network: Network)
        (x: TextSource)
        (z: TextSource option)
        : Result<KernelJob<'t>, PipelineError> =
        result {
            let! _ =
                SequenceNtk.check network
                |> Result.mapError (fun reason -> NumbersRefused $"kernel: %s{reason}")

            let! xs, zs = TextCheck.lengths network x z

            let others = defaultArg z x
            let counts = Array.map (fun (struct (length: int, _: bool)) -> length)

            let pair =
                TextRows.inner network x.Places others.Places |> List.fold (fun n size -> n * float size) 1.0

            let height side = float (min side x.Rows.RowCount)
            let tile side = height side * float (min side others.Rows.RowCount) * pair * float precision.Bytes

            let! distinct =
                match PoolCut.ofNetwork network with
                | Some _ ->
                    result {
                        let! ofX = TextSource.distinct x
                        let! ofZ = z |> Option.map TextSource.distinct |> Option.sequenceResult
                        return Some(float ofX, float (defaultArg ofZ ofX))
                    }
                | None -> Ok None

            // Below a pool, K and Θ of all distinct tokens of two strips: no more than there are.
            let table side =
                match distinct with
                | Some(ofX, ofZ) ->
                    16.0
                    * min ofX (height side * float x.Places)
                    * min ofZ (float (min side others.Rows.RowCount) * float others.Places)
                | None -> 0.0

            let costOf side cores =
                SequenceCost.create
                    network
                    kind
                    x.Features
                    (counts xs)
                    (Option.map counts zs)
                    side
                    (max x.Places others.Places)
                    cores
                    (tile side + table side / 2.0)

            // Long texts fit where fewer cores hold one at a time.
            let here = min SequenceCost.mostCores (TorchSharp.torch.get_num_threads ())

            let priced = [
                for cores in List.distinct [ SequenceCost.mostCores; here ] do
                    for side in sides -> side, costOf side cores
            ]

            let! side, cost =
                match
                    priced
                    |> List.tryFind (fun (side, cost) ->
                        cost.Memory - MemoryNeed.idle <= memory
                        && (side = 1 || table side <= mostOfTokens)
                        && max (tile side) (table side / 16.0) <= float System.Array.MaxLength)
                with
                | Some found -> Ok found
                | None ->
                    let smallest = snd (List.last priced)

                    Error(
                        MachineLacks
                            $"kernel: its smallest tile needs %s{ByteSize.print smallest.Memory} of memory, and %s{MemoryNeed.whole memory} may be used"
                    )

            let tiles =
                SequenceTiles.create
                    precision
                    convert
                    kind
                    network
                    x.Features
                    side
                    x.Rows
                    (z |> Option.map _.Rows)

            // What is told is what so many cores here hold.
            let cost = { cost with Memory = min cost.Memory (costOf side here).Memory }

            let! spoiled =
                match kind with
                | KernelKind.Ntk ->
                    SpoiledPairs.share network (x, counts xs) (Option.map2 (fun z zs -> z, counts zs) z zs)
                | KernelKind.Nngp -> Ok 0.0

            let seconds = SequenceCost.seconds cost + SpoiledPairs.seconds spoiled cost.Pairs distinct
            let time = if seconds < 1.0 then "less than a second" else $"about %.0f{seconds} s"

            let slower =
                if spoiled < 0.01 then
                    ""
                else
                    $" (%.0f{100.0 * spoiled}%% of pairs hold tokens so nearly parallel that they are computed one by one)"

            return {
                Tiles = tiles
                Cost =
                    Some
                        $"kernel of texts: %s{SequenceCost.print cost}; %s{time} of one core%s{slower}; tiles of %d{side} texts"
                Recipe = [
                    version
                    NetworkText.print network
                    KernelKind.print kind
                    precision.Name
                    $"tiles of %d{side}"
                    $"%d{x.Features} features"
                ]
            }
        }

    let private job precision convert (machine: KernelMachine) (request: KernelRequest) x z =
        match request.Finite with
        | None -> plan precision convert machine.Memory request.Kind request.Architecture x z
        | Some finite ->
            TextCheck.lengths request.Architecture x z
            |> Result.bind (fun (xs, _) ->
                // The places that a flatten lays beside each other are those of the texts, which are of one length.
                let cut =
                    match Array.tryHead xs with
                    | Some(struct (length, _)) when TextCheck.hasFlatten request.Architecture ->
                        TextSource.cut (max 1 length)
                    | _ -> id

                EmpiricalTexts.job precision convert machine request finite (cut x) (Option.map cut z))

    /// The kernel of the texts of x with those of z (none: with themselves) in float64, its work and memory counted from their lengths.
    let double machine request x z : Result<KernelJob<float>, PipelineError> =
        job Precision.double id machine request x z

    /// The same, computed in float64 and rounded to float32.
    let single machine request x z : Result<KernelJob<float32>, PipelineError> =
        job Precision.single float32 machine request x z
