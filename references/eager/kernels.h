#pragma once

#include <vector>

#include "references/eager/isa/isa_kernels.h"
#include "references/eager/kernel.h"

/// The kernels by name; which op each one serves stands in registry.cc.
namespace conformance::eager {

using Outputs = Result<std::vector<Tensor>>;

// Families whose members differ in one function only (unary.cc, binary.cc, reduce.cc).
Outputs UnaryOf(const KernelCall& call, Fn fn);
Outputs TestOf(const KernelCall& call, Fn fn);     ///< answers bool
Outputs BinaryOf(const KernelCall& call, Fn fn);
Outputs CompareOf(const KernelCall& call, Fn fn);  ///< answers bool
template <Fn kFn>
Outputs Unary(const KernelCall& call) { return UnaryOf(call, kFn); }
template <Fn kFn>
Outputs Test(const KernelCall& call) { return TestOf(call, kFn); }
template <Fn kFn>
Outputs Binary(const KernelCall& call) { return BinaryOf(call, kFn); }
template <Fn kFn>
Outputs Compare(const KernelCall& call) { return CompareOf(call, kFn); }

// unary.cc
Outputs BitwiseNot(const KernelCall& call);
Outputs Clamp(const KernelCall& call);
Outputs ClampMin(const KernelCall& call);
Outputs ClampMax(const KernelCall& call);
Outputs ClampTensor(const KernelCall& call);
Outputs Celu(const KernelCall& call);
Outputs Elu(const KernelCall& call);
Outputs Gelu(const KernelCall& call);
Outputs Hardshrink(const KernelCall& call);
Outputs Hardtanh(const KernelCall& call);
Outputs IsFinite(const KernelCall& call);
Outputs LeakyRelu(const KernelCall& call);
Outputs NanToNum(const KernelCall& call);
Outputs Relu6(const KernelCall& call);
Outputs Selu(const KernelCall& call);
Outputs Softplus(const KernelCall& call);
Outputs Threshold(const KernelCall& call);
// binary.cc
Outputs Add(const KernelCall& call);
Outputs Addcdiv(const KernelCall& call);
Outputs Addcmul(const KernelCall& call);
Outputs DivideMode(const KernelCall& call);
Outputs Glu(const KernelCall& call);
Outputs Lerp(const KernelCall& call);
Outputs Outer(const KernelCall& call);
Outputs Pow(const KernelCall& call);
Outputs Prelu(const KernelCall& call);
Outputs ReverseSubtract(const KernelCall& call);
Outputs Subtract(const KernelCall& call);
// complex.cc; those of real numbers that complex ones have no part in are named so
Outputs ComplexAdd(const KernelCall& call);
Outputs ComplexAngle(const KernelCall& call);
Outputs ComplexConjugate(const KernelCall& call);  ///< of reals the same tensor
Outputs ComplexDivide(const KernelCall& call);
Outputs ComplexEqual(const KernelCall& call);
Outputs ComplexExp(const KernelCall& call);
Outputs ComplexMagnitude(const KernelCall& call);
Outputs ComplexMatmul(const KernelCall& call);
Outputs ComplexMean(const KernelCall& call);
Outputs ComplexMultiply(const KernelCall& call);
Outputs ComplexNegate(const KernelCall& call);
Outputs ComplexNotEqual(const KernelCall& call);
Outputs ComplexOfParts(const KernelCall& call);
Outputs ComplexReciprocal(const KernelCall& call);
Outputs ComplexReverseSubtract(const KernelCall& call);
Outputs ComplexSquare(const KernelCall& call);
Outputs ComplexSubtract(const KernelCall& call);
Outputs ComplexSum(const KernelCall& call);
Outputs ComplexWhere(const KernelCall& call);
Outputs ImaginaryPart(const KernelCall& call);
Outputs Polar(const KernelCall& call);
Outputs RealAngle(const KernelCall& call);
Outputs RealNegate(const KernelCall& call);
Outputs RealPart(const KernelCall& call);  ///< of reals the same tensor
Outputs ViewPairs(const KernelCall& call);
Outputs ViewParts(const KernelCall& call);
// fft.cc
Outputs FftC2c(const KernelCall& call);
Outputs FftC2r(const KernelCall& call);
Outputs FftR2c(const KernelCall& call);
// grouped_mm.cc
Outputs GroupedMm(const KernelCall& call);
// linear_recurrence.cc
Outputs LinearRecurrence(const KernelCall& call);

// recurrent.cc
Outputs Lstm(const KernelCall& call);
Outputs Gru(const KernelCall& call);
Outputs RnnTanh(const KernelCall& call);
Outputs RnnRelu(const KernelCall& call);
// where.cc
Outputs MaskedFill(const KernelCall& call);
Outputs Where(const KernelCall& call);
// view.cc
Outputs AsStrided(const KernelCall& call);
Outputs Diagonal(const KernelCall& call);
Outputs Expand(const KernelCall& call);
Outputs Movedim(const KernelCall& call);
Outputs NarrowAxis(const KernelCall& call);
Outputs Permute(const KernelCall& call);
Outputs SameTensor(const KernelCall& call);
Outputs Select(const KernelCall& call);
Outputs Slice(const KernelCall& call);
Outputs Split(const KernelCall& call);
Outputs Squeeze(const KernelCall& call);
Outputs Transpose(const KernelCall& call);
Outputs TransposeMatrix(const KernelCall& call);
Outputs Unbind(const KernelCall& call);
Outputs Unfold(const KernelCall& call);
Outputs Unsqueeze(const KernelCall& call);
Outputs View(const KernelCall& call);
// copy.cc
Outputs Cat(const KernelCall& call);
Outputs Clone(const KernelCall& call);
Outputs Contiguous(const KernelCall& call);
Outputs Copy(const KernelCall& call);
Outputs CopyInPlace(const KernelCall& call);
Outputs Stack(const KernelCall& call);
Outputs To(const KernelCall& call);
Outputs ToCopy(const KernelCall& call);
// random.cc
Outputs Bernoulli(const KernelCall& call);
Outputs BernoulliFloatInPlace(const KernelCall& call);
Outputs BernoulliP(const KernelCall& call);
Outputs BernoulliTensor(const KernelCall& call);
Outputs BernoulliTensorInPlace(const KernelCall& call);
Outputs Dropout(const KernelCall& call);
Outputs Exponential(const KernelCall& call);
Outputs ExponentialInPlace(const KernelCall& call);
Outputs Multinomial(const KernelCall& call);
Outputs NativeDropout(const KernelCall& call);
Outputs NormalFunctional(const KernelCall& call);
Outputs NormalInPlace(const KernelCall& call);
Outputs Rand(const KernelCall& call);
Outputs RandLike(const KernelCall& call);
Outputs Randint(const KernelCall& call);
Outputs RandintLike(const KernelCall& call);
Outputs Randn(const KernelCall& call);
Outputs RandnLike(const KernelCall& call);
Outputs Randperm(const KernelCall& call);
Outputs Uniform(const KernelCall& call);
Outputs UniformInPlace(const KernelCall& call);
// rearrange.cc
Outputs ConstantPad(const KernelCall& call);
Outputs Diff(const KernelCall& call);
Outputs Flip(const KernelCall& call);
Outputs Pad(const KernelCall& call);
Outputs PixelShuffle(const KernelCall& call);
Outputs PixelUnshuffle(const KernelCall& call);
Outputs ReflectionPad(const KernelCall& call);
Outputs ReplicationPad(const KernelCall& call);
Outputs Repeat(const KernelCall& call);
Outputs RepeatInterleave(const KernelCall& call);
Outputs Roll(const KernelCall& call);
Outputs Tril(const KernelCall& call);
Outputs Triu(const KernelCall& call);
// create.cc
Outputs Arange(const KernelCall& call);
Outputs ArangeStart(const KernelCall& call);
Outputs Linspace(const KernelCall& call);
Outputs FillInPlace(const KernelCall& call);
Outputs FullFrom0(const KernelCall& call);  ///< the number is argument 0: scalar_tensor
Outputs FullFrom1(const KernelCall& call);  ///< full, full_like
Outputs FullFrom2(const KernelCall& call);  ///< new_full
Outputs Ones(const KernelCall& call);
Outputs Zeros(const KernelCall& call);
// index.cc, gather.cc, embedding.cc, nonzero.cc
Outputs Embedding(const KernelCall& call);
Outputs Gather(const KernelCall& call);
Outputs Index(const KernelCall& call);
Outputs IndexPut(const KernelCall& call);
Outputs IndexSelect(const KernelCall& call);
Outputs Item(const KernelCall& call);
Outputs MaskedSelect(const KernelCall& call);
Outputs MaskedScatter(const KernelCall& call);
Outputs Nonzero(const KernelCall& call);
Outputs OneHot(const KernelCall& call);
Outputs ScatterSource(const KernelCall& call);
Outputs ScatterValue(const KernelCall& call);
// scatter.cc
Outputs IndexAdd(const KernelCall& call);
Outputs IndexCopy(const KernelCall& call);
Outputs ScatterAdd(const KernelCall& call);
Outputs ScatterReduce(const KernelCall& call);
Outputs SelectScatter(const KernelCall& call);
Outputs SliceScatter(const KernelCall& call);
// reduce.cc
Outputs Sum(const KernelCall& call);
Outputs Mean(const KernelCall& call);
Outputs Amax(const KernelCall& call);
Outputs Amin(const KernelCall& call);
Outputs All(const KernelCall& call);
Outputs Any(const KernelCall& call);
Outputs Var(const KernelCall& call);            ///< var.default: [x, unbiased]
Outputs VarDim(const KernelCall& call);         ///< [x, axes, unbiased, keepdim]
Outputs VarCorrection(const KernelCall& call);  ///< [x, axes, correction, keepdim]
Outputs Std(const KernelCall& call);            ///< std and std_mean likewise
Outputs StdDim(const KernelCall& call);
Outputs StdCorrection(const KernelCall& call);
// product.cc
Outputs Norm(const KernelCall& call);        ///< [x, order]
Outputs NormDim(const KernelCall& call);     ///< [x, order, axes, keepdim]
Outputs Prod(const KernelCall& call);
Outputs ProdDim(const KernelCall& call);
Outputs VectorNorm(const KernelCall& call);  ///< [x, order, axes, keepdim, dtype]
// extreme.cc
Outputs Argmax(const KernelCall& call);
Outputs Argmin(const KernelCall& call);
Outputs MaxDim(const KernelCall& call);
Outputs MinDim(const KernelCall& call);
// cumsum.cc, sort.cc
Outputs Cumprod(const KernelCall& call);
Outputs Cumsum(const KernelCall& call);
Outputs Sort(const KernelCall& call);        ///< [x, axis, descending]
Outputs SortStable(const KernelCall& call);  ///< [x, stable, axis, descending]
Outputs Topk(const KernelCall& call);
// softmax.cc
Outputs Logsumexp(const KernelCall& call);
Outputs LogSoftmax(const KernelCall& call);
Outputs SafeSoftmax(const KernelCall& call);
Outputs Softmax(const KernelCall& call);
// embedding_bag.cc
Outputs EmbeddingBag(const KernelCall& call);
Outputs EmbeddingDenseBackward(const KernelCall& call);
// gradients: convolution_backward.cc, norm_backward.cc, pool_backward.cc
Outputs AdaptiveAvgPool2dBackward(const KernelCall& call);
Outputs AvgPool2dBackward(const KernelCall& call);
Outputs ConvolutionBackward(const KernelCall& call);
Outputs MaxPool2dBackward(const KernelCall& call);
Outputs NativeGroupNormBackward(const KernelCall& call);
Outputs NativeLayerNormBackward(const KernelCall& call);
// resize.cc
Outputs Resize(const KernelCall& call);
Outputs ResizeInPlace(const KernelCall& call);
// normalisations, a file each
Outputs BatchNorm(const KernelCall& call);
Outputs GroupNorm(const KernelCall& call);
Outputs InstanceNorm(const KernelCall& call);
Outputs LayerNorm(const KernelCall& call);
Outputs NativeBatchNormNoStats(const KernelCall& call);     ///< [x, weight, bias, training, momentum, eps]
Outputs NativeBatchNormNoTraining(const KernelCall& call);  ///< [x, weight, bias, mean, var, momentum, eps]
Outputs NativeGroupNorm(const KernelCall& call);
Outputs RmsNorm(const KernelCall& call);
Outputs WeightNorm(const KernelCall& call);
// distance.cc
Outputs Cdist(const KernelCall& call);
Outputs Pdist(const KernelCall& call);
// products
Outputs Addmm(const KernelCall& call);
Outputs Baddbmm(const KernelCall& call);
Outputs Linear(const KernelCall& call);
Outputs Matmul(const KernelCall& call);
Outputs ScaledDotProductAttention(const KernelCall& call);
// convolution and pooling
Outputs AdaptiveAvgPool1d(const KernelCall& call);
Outputs AdaptiveAvgPool2d(const KernelCall& call);
Outputs AdaptiveAvgPool3d(const KernelCall& call);
Outputs AdaptiveMaxPool1d(const KernelCall& call);
Outputs AdaptiveMaxPool2d(const KernelCall& call);
Outputs AvgPool1d(const KernelCall& call);
Outputs AvgPool2d(const KernelCall& call);
Outputs AvgPool3d(const KernelCall& call);
Outputs Col2im(const KernelCall& call);
Outputs Conv(const KernelCall& call);
Outputs ConvTranspose(const KernelCall& call);
Outputs Convolve(const KernelCall& call);  ///< either, by argument 6
Outputs Im2col(const KernelCall& call);
Outputs MaxPool1d(const KernelCall& call);
Outputs MaxPool2d(const KernelCall& call);
Outputs MaxPool3d(const KernelCall& call);
// interpolation
Outputs GridSampler(const KernelCall& call);
Outputs UpsampleCubic(const KernelCall& call);
Outputs UpsampleLinear(const KernelCall& call);
Outputs UpsampleNearest(const KernelCall& call);
Outputs UpsampleNearestExact(const KernelCall& call);

}  // namespace conformance::eager
