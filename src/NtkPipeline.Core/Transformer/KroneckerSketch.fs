namespace NtkPipeline.Core

open TorchSharp

/// Random projections of one weight matrix's gradient G = Σ_t δ_t a_tᵀ (out × in), of which G itself is never formed.
[<NoEquality; NoComparison; RequireQualifiedAccess>]
type KroneckerSketch =
    /// The gradient itself, which is no larger: δ and a as they are.
    | Exact
    /// δ and a are projected first, each to R numbers, in blocks of `block`.
    | Blocks of block: int * left: RandomProjection * right: RandomProjection

/// The blocks on the diagonal of a Kronecker sketch. P (R × out) and Q (R × in) are independent, with E[PᵀP] = I and E[QᵀQ] = I, and P_β
/// is the β-th block of b rows, of which E[P_βᵀP_β] = (b/R) I. So
///     E Σ_β ⟨P_β G Q_βᵀ, P_β G' Q_βᵀ⟩ = (R/b) (b/R)² ⟨G, G'⟩,
/// and √(R/b) P_β G Q_βᵀ = √(R/b) Σ_t (P_β δ_t)(Q_β a_t)ᵀ over all blocks, R·b numbers, have inner products that are unbiased. All R² of
/// P G Qᵀ have hardly less variance: each block's rows see all of G.
[<RequireQualifiedAccess>]
module KroneckerSketch =

    /// √(R/b): to be multiplied into one of the sides.
    let scale (settings: SketchSettings) : float = sqrt (float settings.Rank / float settings.Block)

    /// Σ_t left_t right_tᵀ: texts × (rows of left · rows of right), from texts × tokens × rows of both.
    let outer (left: torch.Tensor) (right: torch.Tensor) : torch.Tensor =
        left.transpose(1L, 2L).bmm(right).reshape(left.shape[0], -1L)

    /// Σ_t left_t right_tᵀ of each block of b columns with the same block: texts × (R·b), from texts × tokens × R.
    let contract (block: int) (left: torch.Tensor) (right: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let texts, tokens = left.shape[0], left.shape[1]

        let byBlock (x: torch.Tensor) =
            x
                .reshape(texts, tokens, -1L, int64 block)
                .transpose(1L, 2L)
                .contiguous()
                .view(-1L, tokens, int64 block)

        (byBlock left).transpose(1L, 2L).bmm(byBlock right).reshape(texts, -1L).MoveToOuterDisposeScope()
